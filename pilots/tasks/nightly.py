"""The night run as Celery tasks: thin, replayable, without arguments that matter."""

import logging

from celery import shared_task
from django.utils import timezone

from pilots.models import NightRun
from pilots.operations.nightly import is_night_missing, run_night
from pilots.operations.refusals import NightRunBusy

logger = logging.getLogger(__name__)


@shared_task
def run_nightly() -> None:
    """Compute the day before, missed days, and days that late facts touch. A second call changes nothing."""
    try:
        night = run_night(trigger=NightRun.Trigger.SCHEDULE)
    except NightRunBusy:
        logger.info("Another night run is at work.")
        return
    logger.info("Night run: %d days filled, %d recomputed.", len(night.filled), len(night.recomputed))


@shared_task
def catch_up() -> None:
    """Do the night run of a night that was missed, without waiting for the next one."""
    if is_night_missing(timezone.now()):
        run_nightly()
