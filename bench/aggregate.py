"""The control of the night run: the bare aggregate of the same facts by county unit, written by hand.

Each ledger's standing line is found by a look-up for each institution (`lateral`) or by one pass over the ledger
(`distinct`, `DISTINCT ON`); the standing report also by one pass over the reports of the latest days, and a look-up for
institutions without any of these (`recent`). Which is faster depends on the ledgers and their indexes: all ways are
tried, with and without parallel workers, and the fastest is the control.
"""

import time
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any

from django.db import connection

from bench.results import progress

LEDGERS = ("report", "filing", "designation", "recognition")
WAYS = ("lateral", "distinct")
REPORT_WAYS = ("lateral", "recent", "distinct")
RECENT_DAYS = 10
TRIES = 3
FINALISTS = 4


@dataclass(frozen=True)
class Aggregate:
    """One way to write the aggregate: how each ledger is read, and by how many workers at most."""

    ways: tuple[str, ...]
    workers: int

    def __str__(self) -> str:
        return ", ".join(f"{ledger} {way}" for ledger, way in zip(LEDGERS, self.ways, strict=True)) + (
            f", up to {self.workers} parallel workers"
        )

    @property
    def sql(self) -> str:
        """The statement."""
        joins = [_JOINS[ledger, way] for ledger, way in zip(LEDGERS, self.ways, strict=True)]
        return _AGGREGATE.replace("-- ledgers", "\n".join(joins))

    def rows(self, day: date, known_at: datetime) -> list[tuple[Any, ...]]:
        """Run it and fetch the answer: a row for each county unit, in the order of the codes."""
        parameters = {"day": day, "known_at": known_at, "new_year": day.replace(month=1, day=1)}
        with connection.cursor() as cursor:
            cursor.execute(f"SET max_parallel_workers_per_gather = {self.workers}")
            try:
                cursor.execute(self.sql, parameters)
                return list(cursor.fetchall())
            finally:
                cursor.execute("RESET max_parallel_workers_per_gather")


def fastest(day: date, known_at: datetime, workers: int) -> Aggregate:
    """Try all ways once and the best again; all reports in one pass only with passes over the rest."""
    ways = [each for each in product(REPORT_WAYS, *[WAYS] * 3) if each[0] != "distinct" or len(set(each)) == 1]
    timed = {}
    for each in ways:
        timed[each] = _timed(Aggregate(each, workers), day, known_at)
    for each in sorted(timed, key=lambda each: timed[each])[:FINALISTS]:
        timed[each] = min(timed[each], *(_timed(Aggregate(each, workers), day, known_at) for _ in range(TRIES)))
        progress(f"control: {Aggregate(each, workers)}: {timed[each]:.3f} s")
    return Aggregate(min(timed, key=lambda each: timed[each]), workers)


def stored(day: date) -> list[tuple[Any, ...]]:
    """What the night run stored for the county units, in the columns and order of the control."""
    with connection.cursor() as cursor:
        cursor.execute(_STORED, [day])
        return list(cursor.fetchall())


def _timed(aggregate: Aggregate, day: date, known_at: datetime) -> float:
    begun = time.perf_counter()
    aggregate.rows(day, known_at)
    return time.perf_counter() - begun


_KNOWN = "l.effective_on <= %(day)s AND l.recorded_at <= %(known_at)s"
_LIVE = "(l.ends_on IS NULL OR l.ends_on >= %(day)s)"


def _standing(table: str, columns: str, act: str, more: str = "") -> dict[str, str]:
    """The two ways to the standing line of a ledger of facts; `more` is computed for every line that counts."""
    lines = f"""
        FROM pilots_{table} l
       WHERE {_KNOWN} AND l.{act} <> 'void'
         AND NOT EXISTS (SELECT FROM pilots_{table} x WHERE x.corrects_id = l.id AND x.recorded_at <= %(known_at)s)"""
    mine = f"{lines} AND l.institution_id = i.id"
    if more:
        lines, mine = (f"FROM (SELECT l.*, {more} {each}) l" for each in (lines, mine))
    return {
        "lateral": f"""
  LEFT JOIN LATERAL (SELECT {columns} {mine}
       ORDER BY l.effective_on DESC, l.id DESC LIMIT 1) {table} ON {table}.live""",
        "distinct": f"""
  LEFT JOIN (SELECT DISTINCT ON (l.institution_id) l.institution_id, {columns} {lines}
       ORDER BY l.institution_id, l.effective_on DESC, l.id DESC) {table}
    ON {table}.institution_id = i.id AND {table}.live""",
    }


_REPORT = "FROM pilots_capacityreport r WHERE r.as_of <= %(day)s AND r.recorded_at <= %(known_at)s"
_WAYS = {
    "report": {
        "lateral": f"""
  LEFT JOIN LATERAL (SELECT r.as_of, r.places, r.enrolled {_REPORT} AND r.institution_id = i.id
       ORDER BY r.as_of DESC, r.id DESC LIMIT 1) report ON true""",
        "distinct": f"""
  LEFT JOIN (SELECT DISTINCT ON (r.institution_id) r.institution_id, r.as_of, r.places, r.enrolled {_REPORT}
       ORDER BY r.institution_id, r.as_of DESC, r.id DESC) report ON report.institution_id = i.id""",
        "recent": f"""
  LEFT JOIN (SELECT DISTINCT ON (r.institution_id) r.institution_id, r.as_of, r.places, r.enrolled {_REPORT}
                AND r.as_of > %(day)s::date - {RECENT_DAYS}
       ORDER BY r.institution_id, r.as_of DESC, r.id DESC) recent ON recent.institution_id = i.id
  LEFT JOIN LATERAL (SELECT r.as_of, r.places, r.enrolled {_REPORT}
                AND recent.institution_id IS NULL AND r.institution_id = i.id
       ORDER BY r.as_of DESC, r.id DESC LIMIT 1) older ON true
 CROSS JOIN LATERAL (SELECT coalesce(recent.as_of, older.as_of) AS as_of,
                            coalesce(recent.places, older.places) AS places,
                            coalesce(recent.enrolled, older.enrolled) AS enrolled) report""",
    },
    "filing": _standing("filing", f"l.kind <> 'cancellation' AND {_LIVE} AS live", "kind"),
    "designation": _standing(
        "designation",
        f"l.level, l.pilot_type, l.act <> 'end' AND {_LIVE} AS live, "
        "min(l.effective_on) FILTER (WHERE l.interruptions = 0) OVER (PARTITION BY l.institution_id) AS since",
        "act",
        # Lines not provincial, this one or later: none for those of the present unbroken time as a provincial pilot.
        """count(*) FILTER (WHERE l.level <> 'provincial')
               OVER (PARTITION BY l.institution_id ORDER BY l.effective_on DESC, l.id DESC) AS interruptions""",
    ),
    "recognition": {
        way: join.replace(" inclusiverecognition", " recognition")
        for way, join in _standing("inclusiverecognition", f"l.act = 'recognise' AND {_LIVE} AS live", "act").items()
    },
}
_JOINS = {(ledger, way): join for ledger, ways in _WAYS.items() for way, join in ways.items()}

# Columns under the names of the snapshot's, so that `stored` can be compared with the control row by row.
_MEASURES = {
    "institutions_total": "count(*)",
    "institutions_filed": "count(*) FILTER (WHERE filed)",
    "institutions_over_capacity": "count(*) FILTER (WHERE enrolled > places)",
    "institutions_fresh": "count(*) FILTER (WHERE as_of >= %(day)s::date - 60)",
    "places_total": "coalesce(sum(places), 0)",
    "enrolled_total": "coalesce(sum(enrolled), 0)",
    "pilots_total": "count(level)",
    "places_pilot": "coalesce(sum(places) FILTER (WHERE level IS NOT NULL), 0)",
    "enrolled_pilot": "coalesce(sum(enrolled) FILTER (WHERE level IS NOT NULL), 0)",
    "pilots_provincial": "count(*) FILTER (WHERE level = 'provincial')",
    "pilots_provincial_new": "count(*) FILTER (WHERE level = 'provincial' AND since >= %(new_year)s)",
    "provincial_brand_pilots": "count(*) FILTER (WHERE level = 'provincial' AND pilot_type = 'brand_chain')",
    "provincial_community_pilots": "count(*) FILTER (WHERE level = 'provincial' AND pilot_type = 'community')",
    "provincial_kindergarten_pilots": """count(*) FILTER (
        WHERE level = 'provincial' AND pilot_type = 'kindergarten_nursery')""",
    "provincial_welfare_pilots": "count(*) FILTER (WHERE level = 'provincial' AND pilot_type = 'employer_welfare')",
    "kindergartens_with_nursery": "count(*) FILTER (WHERE nursery)",
    "kindergarten_places": "coalesce(sum(places) FILTER (WHERE nursery), 0)",
    "kindergarten_pilots": "count(level) FILTER (WHERE nursery)",
    "kindergarten_pilot_places": "coalesce(sum(places) FILTER (WHERE nursery AND level IS NOT NULL), 0)",
    "brand_pilots": "count(*) FILTER (WHERE pilot_type = 'brand_chain')",
    "brand_pilot_places": "coalesce(sum(places) FILTER (WHERE pilot_type = 'brand_chain'), 0)",
    "community_pilots": "count(*) FILTER (WHERE pilot_type = 'community')",
    "community_pilot_places": "coalesce(sum(places) FILTER (WHERE pilot_type = 'community'), 0)",
    "welfare_pilots": "count(*) FILTER (WHERE pilot_type = 'employer_welfare')",
    "welfare_pilot_places": "coalesce(sum(places) FILTER (WHERE pilot_type = 'employer_welfare'), 0)",
    "inclusive_institutions": "count(*) FILTER (WHERE inclusive)",
    "inclusive_places": "coalesce(sum(places) FILTER (WHERE inclusive), 0)",
    "inclusive_filings": "count(*) FILTER (WHERE inclusive AND filed)",
    "inclusive_filing_places": "coalesce(sum(places) FILTER (WHERE inclusive AND filed), 0)",
}


def _fact(kind: str) -> str:
    return f"""(SELECT DISTINCT ON (region_id) region_id, value FROM pilots_regionfact
       WHERE kind = '{kind}' AND effective_on <= %(day)s AND recorded_at <= %(known_at)s
       ORDER BY region_id, effective_on DESC, id DESC)"""


_AGGREGATE = f"""
SELECT c.code, (coalesce(pilots_total, 0) > 0)::int, coalesce(population.value, 0), coalesce(kindergartens.value, 0),
       {", ".join(f"coalesce({name}, 0)" for name in _MEASURES)}
  FROM pilots_region c
  LEFT JOIN (
SELECT county_id, {", ".join(f"{measure} AS {name}" for name, measure in _MEASURES.items())}
  FROM (SELECT i.county_id, i.service_model = 'kindergarten' AS nursery,
               report.as_of, coalesce(report.places, 0) AS places, coalesce(report.enrolled, 0) AS enrolled,
               filing.live AS filed, designation.level, designation.pilot_type, designation.since,
               recognition.live AS inclusive
          FROM pilots_institution i
-- ledgers
         WHERE i.opened_on <= %(day)s AND i.recorded_at <= %(known_at)s
           AND (i.closed_on IS NULL OR i.closed_on > %(day)s OR i.closed_recorded_at > %(known_at)s)) register
 GROUP BY county_id) measured ON measured.county_id = c.code
  LEFT JOIN {_fact("population")} population ON population.region_id = c.code
  LEFT JOIN {_fact("kindergartens")} kindergartens ON kindergartens.region_id = c.code
 WHERE c.level = 'county' ORDER BY c.code
"""

_STORED = f"""
SELECT c.code, s.counties_covered, s.population, s.kindergartens_total, {", ".join(f"s.{name}" for name in _MEASURES)}
  FROM pilots_coveragesnapshot s JOIN pilots_region c ON c.code = s.region_id AND c.level = 'county'
 WHERE s.day = %s ORDER BY c.code
"""
