"""What the clock does for people: thin, replayable, without arguments."""

import logging

from celery import shared_task
from django.utils import timezone

from pilots.operations.accounts import switch_off_idle_accounts

logger = logging.getLogger(__name__)


@shared_task
def switch_off_idle() -> None:
    """Switch off the accounts that nobody uses. A second call finds none."""
    users = switch_off_idle_accounts(at=timezone.now())
    logger.info("Idle accounts switched off: %d.", len(users))
