"""What the clock does for API keys: thin, replayable, without arguments."""

import logging

from celery import shared_task
from django.utils import timezone

from pilots.operations.keys import tell_expiring_keys

logger = logging.getLogger(__name__)


@shared_task
def tell_expiring() -> None:
    """Tell of keys that expire soon. A second call tells of none twice."""
    logger.info("API keys that expire soon: %d.", tell_expiring_keys(at=timezone.now()))
