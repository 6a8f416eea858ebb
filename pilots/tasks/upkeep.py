"""What the clock clears away: thin, replayable, without arguments."""

import logging

from celery import shared_task
from django.utils import timezone

from pilots.operations.files import remove_left_over_files
from portal.accounts.sessions import remove_ended_sessions

logger = logging.getLogger(__name__)


@shared_task
def clean_files() -> None:
    """Remove stored files that no row names. A second call finds none."""
    found = remove_left_over_files(at=timezone.now())
    logger.info("Files: %d of %d older than a day had no row and were removed.", len(found.paths), found.judged)


@shared_task
def clear_sessions() -> None:
    """Remove sessions that are over. A second call finds none."""
    logger.info("Ended sessions removed: %d.", remove_ended_sessions(at=timezone.now()))
