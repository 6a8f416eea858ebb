"""The night run as Celery tasks: thin, replayable, without arguments that matter."""

import logging
from typing import Any

from celery import Task, shared_task
from django.utils import timezone

from pilots.models import NightRun
from pilots.operations.night_watch import report_failed_night, report_late_night
from pilots.operations.nightly import is_night_missing, run_night
from pilots.operations.refusals import NightRunBusy

logger = logging.getLogger(__name__)


class NightTask(Task[..., None]):
    """A task whose failure the system administrators are told of."""

    def on_failure(self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        """Called by the worker with the error that ended the task."""
        report_failed_night(error=exc, at=timezone.now())


@shared_task(base=NightTask)
def run_nightly() -> None:
    """Compute the day before, missed days, and days that late facts touch. A second call changes nothing."""
    try:
        night = run_night(trigger=NightRun.Trigger.SCHEDULE)
    except NightRunBusy:
        logger.info("Another night run is at work.")
        return
    logger.info("Night run: %d days filled, %d recomputed.", len(night.filled), len(night.recomputed))


@shared_task(base=NightTask)
def catch_up() -> None:
    """Do the night run of a night that was missed; say in the morning if it is still missing."""
    if is_night_missing(timezone.now()):
        run_nightly()
    report_late_night(at=timezone.now())
