"""Tell the system administrators of a night run that failed or did not come."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from pilots.operations.nightly import is_night_missing
from pilots.operations.notices import notify

LATE_FROM = time(6)
"""From this hour on figures of the day before are missed by those who come to the office."""


@transaction.atomic
def report_failed_night(*, error: BaseException, at: datetime) -> None:
    """Say, once for a day, that the night run stopped with an error."""
    day = timezone.localdate(at) - timedelta(days=1)
    text = f"{type(error).__name__}: {error}"[:300]
    notify(kind="night_run.failed", key=f"night_run.failed:{day}", at=at, day=day, error=text)


@transaction.atomic
def report_late_night(*, at: datetime) -> bool:
    """Say, once for a day, that the day before is still not computed in the morning; whether it is so."""
    if timezone.localtime(at).time() < LATE_FROM or not is_night_missing(at):
        return False
    day = timezone.localdate(at) - timedelta(days=1)
    notify(kind="night_run.late", key=f"night_run.late:{day}", at=at, day=day)
    return True
