"""Seal the days that are over: no event of such a day can be changed, removed or added any more without being seen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from portal.audit import digests
from portal.audit.models import Leaf, Seal
from portal.shared.watermark import settled_until

_LOCK = 0x7365616C  # any number that is ours alone: "seal"


def seal_days(*, at: datetime, settled: Callable[[], datetime] = settled_until) -> list[Seal]:
    """Seal every day before the one of `at` (Asia/Shanghai) that is not sealed, the oldest first; answer the new seals.

    A day stays open, and the days after it with it, as long as a transaction begun before its end may still commit.
    Raises WatermarkUnknown where other roles' transactions cannot be looked at.
    """
    new: list[Seal] = []
    day = _first_open_day()
    while day is not None and day < timezone.localdate(at):
        seal = _seal(day, at, settled)
        if seal is None:
            break
        new.append(seal)
        day += timedelta(days=1)
    return new


def is_seal_missing(now: datetime) -> bool:
    """Whether a day that is over has no seal yet."""
    day = _first_open_day()
    return day is not None and day < timezone.localdate(now)


def bounds(day: date) -> tuple[datetime, datetime]:
    """The day's first instant, and the first one after it."""
    return tuple(timezone.make_aware(datetime.combine(each, time())) for each in (day, day + timedelta(days=1)))  # type: ignore[return-value]  # two of them


def _first_open_day() -> date | None:
    """The day after the last seal; without one, the day of the first event; None where there is no event."""
    last = Seal.objects.order_by("day").last()
    if last is not None:
        return last.day + timedelta(days=1)
    firsts = " UNION ALL ".join(
        f"SELECT min(pgh_created_at) AS at FROM {connection.ops.quote_name(name)}"  # noqa: S608  # from the catalogue
        for name in digests.event_tables()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min(at) FROM ({firsts}) e")  # noqa: S608  # as above
        (first,) = cursor.fetchone()
    return None if first is None else timezone.localdate(first)


def _seal(day: date, at: datetime, settled: Callable[[], datetime]) -> Seal | None:
    """Seal one day in one transaction; None where it cannot be sealed yet, or was sealed by another in the meantime."""
    begin, end = bounds(day)
    if settled() < end:
        return None
    with _one_at_a_time(), digests.fixed_output():
        before = Seal.objects.order_by("day").last()
        if before is not None and before.day != day - timedelta(days=1):
            return None
        if Leaf.objects.filter(day__gte=day).exists():
            # A seal was removed. It is not made anew: verification says so, every night.
            return None
        _write_leaves(day, begin, end)
        last = Leaf.objects.filter(day=day).order_by("position").last()
        events, root = (last.position, bytes(last.chain)) if last else (0, digests.NOTHING)
        previous = bytes(before.digest) if before else digests.GENESIS
        digest = digests.seal_digest(day, events, root, previous, at)
        return Seal.objects.create(day=day, events=events, root=root, previous=previous, digest=digest, sealed_at=at)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Wait for another sealing, before the transaction begins: its snapshot then has the other's seals."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _write_leaves(day: date, begin: datetime, end: datetime) -> None:
    rows = digests.all_rows(digests.event_tables(), "e.pgh_created_at >= %(begin)s AND e.pgh_created_at < %(end)s")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO audit_leaf (day, position, table_name, event_id, digest, chain)
                SELECT day, position, table_name, event_id, digest, audit_chain({digests.LINK}) OVER (ORDER BY position)
                  FROM (SELECT %(day)s::date AS day, table_name, event_id, digest,
                               row_number() OVER (ORDER BY at, table_name, event_id) AS position
                          FROM ({rows}) found
                         -- One that has a leaf was moved here from another day; verification names it.
                         WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.table_name = found.table_name
                                                                        AND l.event_id = found.event_id)) numbered""",  # noqa: S608  # built from the catalogue
            {"day": day, "begin": begin, "end": end},
        )
