"""What auditors are told of the trail, by the clock: thin, replayable, without arguments."""

from celery import shared_task
from django.utils import timezone

from pilots.operations.trail_notices import tell_of_findings, tell_of_seals


@shared_task
def tell_auditors() -> None:
    """Tell of new seals, and of a verification that found something. A second call tells of nothing twice."""
    tell_of_seals(at=timezone.now())
    tell_of_findings(at=timezone.now())
