"""Notices and e-mails as a Celery task: the outbox in the database is the queue, this only keeps it moving."""

import logging

from celery import shared_task
from django.utils import timezone

from pilots.operations.deliveries import send_due

logger = logging.getLogger(__name__)


@shared_task
def send_messages() -> None:
    """Deliver notices and send e-mails that are due. Safe to run twice, also at once."""
    outcomes = send_due(at=timezone.now())
    if outcomes:
        logger.info("E-mails: %s.", ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())))
