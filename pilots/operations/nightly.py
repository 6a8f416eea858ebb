"""The night run: compute days that are over, fill in missed ones, recompute those that late facts touch.

Each day is one transaction with its line in the ledger of runs; a killed run leaves whole days only, and the next run
does the rest (docs/adr/0006).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic, sleep

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pilots.models import LateFactSweep, NightRun
from pilots.operations import snapshots
from pilots.operations.refusals import DayNotOver, DayTooEarly, NightRunBusy
from pilots.queries.late import earliest_by_county
from pilots.states.calendar import FIRST_DAY
from portal.shared.watermark import settled_until

_LOCK = 0x70696C6F74  # any number that is ours alone: "pilot"
_PAUSE_SECONDS = 0.2
NO_WAIT = timedelta(0)

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Night:
    """What a night did."""

    filled: list[NightRun]
    recomputed: list[NightRun]


def compute_days(
    *, first: date, last: date, trigger: str, patience: timedelta = NO_WAIT, clock: Clock = timezone.now
) -> list[NightRun]:
    """Compute each day from `first` to `last`, both included, whether computed before or not.

    Raises DayNotOver, DayTooEarly, or NightRunBusy when another run is still at work after `patience`.
    """
    _require_over(last, clock())
    if first < FIRST_DAY:
        raise DayTooEarly(_("The register begins on %(day)s.") % {"day": FIRST_DAY})
    with _only_one(patience):
        known_at = settled_until()
        return [_compute(day, known_at, trigger, clock) for day in _days(first, last)]


def run_night(*, trigger: str, patience: timedelta = NO_WAIT, clock: Clock = timezone.now) -> Night:
    """What beat asks for at 02:00: days that late facts made stale, and days never computed up to yesterday.

    Raises NightRunBusy when another run is still at work after `patience`.
    """
    yesterday = timezone.localdate(clock()) - timedelta(days=1)
    with _only_one(patience):
        known_at = settled_until()
        stale = _stale_counties(known_at)
        missing = _missing_days(yesterday)
        recomputed = [
            _compute(day, known_at, trigger, clock, _touched(stale, day))
            for day in _computed_days(min(stale.values(), default=None))
        ]
        filled = [_compute(day, known_at, trigger, clock) for day in missing]
        LateFactSweep.objects.create(swept_to=known_at, days=len(recomputed))
    return Night(filled=filled, recomputed=recomputed)


def is_night_missing(now: datetime) -> bool:
    """Whether yesterday was not computed yet."""
    return bool(_missing_days(timezone.localdate(now) - timedelta(days=1)))


def _compute(
    day: date, known_at: datetime, trigger: str, clock: Clock, counties: Sequence[str] | None = None
) -> NightRun:
    started_at = clock()
    with transaction.atomic():
        changed = snapshots.store_counties(day, known_at, counties)
        changed += snapshots.store_regions_above(day, counties)
        snapshots.store_target_progress(day, known_at)
        rows, checksum = snapshots.checksum(day)
        return NightRun.objects.create(
            day=day,
            trigger=trigger,
            known_at=known_at,
            started_at=started_at,
            finished_at=clock(),
            rows=rows,
            rows_changed=changed,
            checksum=checksum,
        )


def _stale_counties(known_at: datetime) -> dict[str, date]:
    """County units with facts recorded since the last sweep, and the first day these speak of."""
    # The last sweep not beyond this watermark: one beyond it ran under a clock that was set back since.
    last = LateFactSweep.objects.filter(swept_to__lte=known_at).order_by("-pk").first()
    return earliest_by_county(last.swept_to if last else None, known_at)


def _touched(stale: dict[str, date], day: date) -> list[str]:
    return sorted(county for county, first in stale.items() if first <= day)


def _computed_days(first: date | None) -> list[date]:
    if first is None:
        return []
    days = NightRun.objects.filter(day__gte=first).order_by("day").values_list("day", flat=True)
    return list(days.distinct())


def _missing_days(yesterday: date) -> list[date]:
    """Days without a run, from the first ever computed up to yesterday; at the very start, yesterday."""
    done = set(NightRun.objects.filter(day__lte=yesterday).values_list("day", flat=True).distinct())
    return [day for day in _days(min(done, default=yesterday), yesterday) if day not in done]


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _require_over(day: date, now: datetime) -> None:
    today = timezone.localdate(now)
    if day >= today:
        raise DayNotOver(_("The night run computes days that are over; today is %(day)s.") % {"day": today})


@contextmanager
def _only_one(patience: timedelta) -> Iterator[None]:
    """Hold PostgreSQL's advisory lock of the night run; it goes with the connection when a worker is killed."""
    give_up = monotonic() + patience.total_seconds()
    while not _ask("SELECT pg_try_advisory_lock(%s)"):
        if monotonic() >= give_up:
            raise NightRunBusy(_("Another night run is at work; this one did nothing."))
        sleep(_PAUSE_SECONDS)
    try:
        yield
    finally:
        _ask("SELECT pg_advisory_unlock(%s)")


def _ask(sql: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [_LOCK])
        (answer,) = cursor.fetchone()
    return bool(answer)
