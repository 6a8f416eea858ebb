"""The capacity reports: four years of them, round by round, and those of one more day."""

from datetime import date
from math import ceil

from django.db import connection

from bench.institutions import DAYS, Institution, institutions
from bench.nation import FIRST_DAY, Nation
from bench.results import progress
from bench.upkeep import unrecorded

ROUNDS = 230
"""Every institution reports once a round, on one of some days that overlap with the next round's."""
JITTER = 9
STEP = (DAYS - JITTER) / (ROUNDS - 1)

GROUPS = ("infant", "toddler", "older_toddler", "mixed", "unclassified")
_COLUMNS = ", ".join(f"{group}_{part}" for group in GROUPS for part in ("places", "enrolled"))

Plan = tuple[int, ...]
"""Id of an institution, its first and last round, the places of its five class groups."""


def plan(nation: Nation) -> list[Plan]:
    """Who reports in which rounds; the sum over all is the number of reports asked for, exactly."""
    rows = [_rounds(institution) for institution in institutions(nation.institutions)]
    excess = sum(last - first + 1 for _pk, first, last, *_places in rows) - nation.reports
    for index, (pk, first, last, *places) in enumerate(rows):
        shift = int(excess > 0 and last > first)
        excess -= shift
        kept = first + shift
        if nation.history < 1:
            # Never less than two: rounds overlap, so that the latest day may be the last but one's.
            kept = max(kept, last + 1 - max(2, ceil((last + 1 - kept) * nation.history)))
        rows[index] = (pk, kept, last, *places)
    if excess:
        progress(f"at this scale the reports are {-excess} fewer than asked for")
    return rows


def load_reports(rows: list[Plan]) -> None:
    """Insert the reports in the order in which they would have been recorded; indexes are made afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the foreign keys hold by construction
        cursor.execute("SET maintenance_work_mem = '1GB'")
        groups = ", ".join(f"{group} int" for group in GROUPS)
        cursor.execute(f"CREATE TEMP TABLE plan (institution_id bigint, first int, last int, {groups})")
        for start in range(0, len(rows), 10_000):
            values = ", ".join(str(row) for row in rows[start : start + 10_000])
            cursor.execute(f"INSERT INTO plan VALUES {values}")
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'capacity_report_latest'")
        (latest,) = cursor.fetchone()
        cursor.execute("DROP INDEX capacity_report_latest")
        for number in range(ROUNDS):
            cursor.execute(_ROUND, {"round": number, "day": FIRST_DAY, "step": STEP, "jitter": JITTER})
            if number % 46 == 0:
                progress(f"reports: round {number} of {ROUNDS}")
        cursor.execute(latest)
        cursor.execute("DROP TABLE plan")
        cursor.execute("RESET maintenance_work_mem")
        cursor.execute("RESET session_replication_role")


def record_reports_of(day: date, *, one_in: int = 7) -> int:
    """Record, now, what one in so many institutions reports for a day; answer how many reports."""
    with unrecorded(), connection.cursor() as cursor:
        cursor.execute(_ONE_DAY, {"day": day, "one_in": one_in, "rest": day.toordinal() % one_in})
        return int(cursor.rowcount)


def _rounds(institution: Institution) -> Plan:
    """A few never report, some have stopped, those that closed do not go on."""
    first = max(0, -int((FIRST_DAY - institution.opened_on).days // STEP) + 1)
    last = ROUNDS - 1
    if institution.closed_on is not None:
        last = int(((institution.closed_on - FIRST_DAY).days - JITTER) // STEP)
    if institution.pk % 100 == 0:
        last = first - 1
    elif institution.pk % 13 == 0:
        last -= institution.pk % 50
    return (institution.pk, first, max(last, first - 1), *institution.places)


_ROUND = f"""
INSERT INTO pilots_capacityreport (institution_id, as_of, recorded_at, source, reason, {_COLUMNS})
SELECT institution_id, as_of, (as_of + time '08:00' + noise / 2 * interval '1 second') AT TIME ZONE 'Asia/Shanghai',
       'api', '', {", ".join(f"{group}, {group} * share / 100" for group in GROUPS)}
  FROM (SELECT p.*, %(day)s::date + floor(%(round)s * %(step)s)::int + (noise %% %(jitter)s)::int AS as_of,
               58 + noise %% 45 AS share
          FROM (SELECT plan.*, ((institution_id * 2654435761 + %(round)s * 40503000017) %% 4294967296) / 65536 AS noise
                  FROM plan WHERE %(round)s BETWEEN first AND last) p) r
 ORDER BY as_of, noise
"""

_ONE_DAY = f"""
INSERT INTO pilots_capacityreport (institution_id, as_of, source, reason, {_COLUMNS})
SELECT i.id, %(day)s, 'api', '',
       {", ".join(f"{group}_places, {group}_places * (60 + i.id %% 43) / 100" for group in GROUPS)}
  FROM pilots_institution i
 CROSS JOIN LATERAL (SELECT * FROM pilots_capacityreport c
                      WHERE c.institution_id = i.id ORDER BY as_of DESC, id DESC LIMIT 1) c
 WHERE i.closed_on IS NULL AND i.id %% %(one_in)s = %(rest)s
 ORDER BY md5(i.id::text)
"""
