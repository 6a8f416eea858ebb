"""What auditors are told of the trail, by the clock: thin, replayable, without arguments."""

from celery import shared_task
from django.utils import timezone

from pilots.operations.trail_notices import tell_of_findings, tell_of_lateness, tell_of_seals


@shared_task
def tell_auditors() -> None:
    """Tell of new seals, of findings, and of a night that left something undone. A second call tells nothing twice."""
    tell_of_seals(at=timezone.now())
    tell_of_findings(at=timezone.now())
    tell_of_lateness(at=timezone.now())
