"""The seals as Celery tasks: thin, replayable, without arguments."""

import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from portal.audit import publishing, sealing, verifying

logger = logging.getLogger(__name__)


@shared_task
def seal_trail() -> None:
    """Seal the days that are over, verify the whole trail, and let the seals leave the database."""
    seals = sealing.seal_days(at=timezone.now())
    try:
        publishing.append_to_file()
    except verifying.AnchorUnreadable:
        logger.exception("The seals could not be appended to their file.")
    verification = verifying.record_verification(at=timezone.now())
    publishing.mail(recipients=settings.AUDIT_SEAL_RECIPIENTS, verification=verification)
    logger.info("Trail: %d days sealed, %d findings.", len(seals), verification.findings)


@shared_task
def catch_up() -> None:
    """Seal a day that was missed, or that a long transaction held open, without waiting for the next night."""
    if sealing.is_seal_missing(timezone.now()):
        seal_trail()
