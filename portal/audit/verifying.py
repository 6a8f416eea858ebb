"""Verify the trail: hold every event, leaf and seal, and what left the database, against each other."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from portal.audit import digests, recording
from portal.audit.models import Leaf, Seal, Verification
from portal.audit.protection import alterable_tables
from portal.audit.sealing import bounds

UNPROTECTED = "the portal connects as a role that may change the trail; run protect_trail"
LEAVES, SEALS = "audit_leaf", "audit_seal"
_DAY = re.compile(r"[1-9]\d{3}-\d\d-\d\d")


CALENDAR = (date(2000, 1, 1), date(9000, 1, 1))
"""Days that can be read at all; PostgreSQL has days that Python has not."""


class What(StrEnum):
    """What was done to the trail."""

    CHANGED = "changed"
    REMOVED = "removed"
    SLIPPED_IN = "slipped in"
    SEAL_BROKEN = "seal broken"
    TAIL_CUT_OFF = "tail cut off"
    NOT_RECORDING = "not recording"
    UNPROTECTED = "unprotected"


@dataclass(frozen=True)
class Finding:
    """A row, its day, and what became of it."""

    table: str
    id: str
    day: str
    what: What
    detail: str = ""

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.table} {self.id}, {self.day or 'no day'}: {self.what}{detail}"

    def statement(self) -> dict[str, str]:
        """As JSON."""
        return {**asdict(self), "what": str(self.what)}


@dataclass(frozen=True)
class Report:
    """What a verification looked at, and what it found, the earliest day first."""

    seals: int
    leaves: int
    last_day: date | None
    findings: list[Finding]


class AnchorUnreadable(Exception):
    """The file with the seals is not one, or cannot be read or written."""


def verify(anchors: dict[date, str] | None = None) -> Report:
    """Look at the whole trail. `anchors` are digests of days that were kept outside the database (`read_anchors`)."""
    with digests.fixed_output():
        seals = list(Seal.objects.filter(day__range=CALENDAR, sealed_at__date__range=CALENDAR).order_by("day"))
        leaves = _Leaves()
        found = [
            *_rows(bounds(seals[-1].day)[1] if seals else None),
            *leaves.findings(),
            *_seals(seals, leaves),
            *_anchored(seals, anchors or {}),
            *_outside_the_calendar(),
            *_triggers(),
        ]
    found.sort(key=lambda finding: (finding.day or "9999", finding.table in (LEAVES, SEALS)))
    return Report(len(seals), leaves.number, seals[-1].day if seals else None, found)


def record_verification(*, at: datetime, problem: str = "") -> Verification:
    """Verify against this machine's own file of seals, and keep what was found; `problem` is one known before."""
    problems = [problem] if problem else []
    anchors = None
    try:
        anchors = read_anchors(anchor_file()) if is_there(anchor_file()) else None
    except AnchorUnreadable as error:
        problems = problems or [str(error)]
    report = verify(anchors)
    if settings.PRODUCTION:
        problems += [str(Finding(table, "", "", What.UNPROTECTED, UNPROTECTED)) for table in alterable_tables()[:1]]
    said = [*map(str, report.findings), *problems]
    first = report.findings[0] if report.findings else None
    return Verification.objects.create(
        verified_at=at,
        last_day=report.last_day,
        events=report.leaves,
        findings=len(said),
        first_finding=said[0][:500] if said else "",
        first_day=date.fromisoformat(first.day) if first and _DAY.fullmatch(first.day) else None,
    )


def is_verification_missing(now: datetime) -> bool:
    """Whether there are seals and nobody has verified them since midnight (Asia/Shanghai)."""
    return (
        Seal.objects.exists()
        and not Verification.objects.filter(verified_at__gte=bounds(timezone.localdate(now))[0]).exists()
    )


def anchor_file() -> Path:
    """The file in which every sealed day has its line."""
    return Path(settings.AUDIT_SEAL_DIRECTORY) / "seals.jsonl"


def is_there(path: Path) -> bool:
    """Whether there is such a file. Raises AnchorUnreadable where one may not look."""
    try:
        return path.exists()
    except OSError as problem:
        raise AnchorUnreadable(f"{path} cannot be looked at: {problem}") from problem


def read_anchors(path: Path) -> dict[date, str]:
    """Digests by day from a file of seals, one JSON object a line. Raises AnchorUnreadable."""
    found: dict[date, str] = {}
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            stated = json.loads(line)
            found[date.fromisoformat(stated["day"])] = str(stated["digest"])
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise AnchorUnreadable(f"{path} is not a file of seals: {problem}") from problem
    return found


def _rows(end: datetime | None) -> Iterator[Finding]:
    """Rows that differ from their leaf, leaves without a row, rows of sealed days or of days to come without a leaf."""
    rows = digests.all_rows(digests.event_tables(), "true")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT coalesce(l.table_name, r.table_name), coalesce(l.event_id, r.event_id),
                       coalesce(l.day::text, (r.at AT TIME ZONE %(zone)s)::date::text),
                       CASE WHEN l.digest IS NULL THEN 'slipped in' WHEN r.digest IS NULL THEN 'removed'
                            ELSE 'changed' END
                  FROM ({rows}) r
                  FULL JOIN audit_leaf l ON l.table_name = r.table_name AND l.event_id = r.event_id
                 WHERE (l.digest IS NULL AND (r.at < %(end)s OR r.at > clock_timestamp()))
                    OR r.digest IS NULL OR l.digest <> r.digest
                 ORDER BY coalesce(l.day::text, (r.at AT TIME ZONE %(zone)s)::date::text), l.position""",  # noqa: S608  # from the catalogue
            {"zone": settings.TIME_ZONE, "end": end},
        )
        for table, event, day, what in cursor.fetchall():
            yield Finding(table, str(event), day, What(what))


class _Leaves:
    """The chain of leaves, computed again outside the database."""

    def __init__(self) -> None:
        self.number = 0
        self.days: dict[date, tuple[int, bytes]] = {}
        """By day: how many leaves, and the end of their chain as it must be."""
        self._found: list[Finding] = []
        self._read()

    def findings(self) -> Sequence[Finding]:
        """The first leaf of each day that does not follow from the one before it."""
        return self._found

    def _read(self) -> None:
        columns = ("day", "position", "table_name", "event_id", "digest", "chain")
        broken: set[date] = set()
        for day, position, table, event, digest, chain in (
            Leaf.objects.filter(day__range=CALENDAR)
            .order_by("day", "position")
            .values_list(*columns)
            .iterator(chunk_size=10_000)
        ):
            self.number += 1
            number, before = self.days.get(day, (0, digests.NOTHING))
            wanted = digests.chained(before, digests.link(day, position, table, event, bytes(digest)))
            if day not in broken and (position != number + 1 or wanted != bytes(chain)):
                broken.add(day)
                detail = f"leaf {position}, of {table} {event}"
                self._found.append(Finding(LEAVES, f"{day} {position}", day.isoformat(), What.SEAL_BROKEN, detail))
            self.days[day] = (number + 1, wanted)


def _seals(seals: list[Seal], leaves: _Leaves) -> Iterator[Finding]:
    """Seals that do not follow from their leaves or from the day before, and leaves of days without a seal."""
    before: Seal | None = None
    for seal in seals:
        wrong = [*_own_faults(seal, leaves), *_place_faults(seal, before)]
        if wrong:
            day = seal.day.isoformat()
            yield Finding(SEALS, day, day, What.SEAL_BROKEN, "; ".join(wrong))
        before = seal
    for open_day in sorted(leaves.days.keys() - {seal.day for seal in seals}):
        yield Finding(SEALS, open_day.isoformat(), open_day.isoformat(), What.REMOVED, "the day has leaves and no seal")


def _own_faults(seal: Seal, leaves: _Leaves) -> Iterator[str]:
    number, root = leaves.days.get(seal.day, (0, digests.NOTHING))
    if seal.events != number:
        yield f"states {seal.events} events, there are {number} leaves"
    if bytes(seal.root) != root:
        yield "does not fit the leaves"
    wanted = digests.seal_digest(seal.day, seal.events, bytes(seal.root), bytes(seal.previous), seal.sealed_at)
    if bytes(seal.digest) != wanted:
        yield "does not fit its own digest"


def _place_faults(seal: Seal, before: Seal | None) -> Iterator[str]:
    if bytes(seal.previous) != (bytes(before.digest) if before else digests.GENESIS):
        yield "does not follow from the day before"
    if before is not None and seal.day != before.day + timedelta(days=1):
        yield f"the seals after {before.day} are missing"


def _outside_the_calendar() -> Iterator[Finding]:
    outside = "NOT day BETWEEN %(first)s AND %(last)s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT %(leaves)s, day::text FROM audit_leaf WHERE {outside} UNION ALL
                SELECT %(seals)s, day::text FROM audit_seal
                 WHERE {outside} OR NOT sealed_at BETWEEN %(first)s AND %(last)s""",  # noqa: S608  # a constant
            {"leaves": LEAVES, "seals": SEALS, "first": CALENDAR[0], "last": CALENDAR[1]},
        )
        for table, day in cursor.fetchall():
            yield Finding(table, day, day, What.SEAL_BROKEN, "its day or instant is none of ours")


def _anchored(seals: list[Seal], anchors: dict[date, str]) -> Iterator[Finding]:
    """Seals that left the database and are no longer in it, or read otherwise now."""
    known = {seal.day: bytes(seal.digest).hex() for seal in seals}
    last = max(known, default=date.min)
    for day, digest in sorted(anchors.items()):
        text = day.isoformat()
        if day not in known:
            yield Finding(SEALS, text, text, What.TAIL_CUT_OFF if day > last else What.REMOVED, "it left the database")
        elif known[day] != digest:
            yield Finding(SEALS, text, text, What.SEAL_BROKEN, "the seal that left the database differs")


def _triggers() -> Iterator[Finding]:
    """Triggers of the trail and of the ledgers that are missing, switched off or not what they were."""
    for table, name, detail in recording.faults():
        yield Finding(table, name, "", What.NOT_RECORDING, detail)
