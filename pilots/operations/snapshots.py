"""Compute one day: the register's measures by county unit, then summed up the tree. One statement each, no loop.

The statements are built from the registry's measure names and from the query that explanations filter, so a snapshot
and the records behind it cannot drift apart.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import F

from pilots.models import RegisterRow
from pilots.queries.figures.measures import (
    COUNTIES_COVERED,
    COUNTIES_TOTAL,
    COVERED_BY,
    FACT_MEASURES,
    MEASURE_NAMES,
    REGISTER_MEASURES,
    aggregates,
)

Parameters = list[Any]

FEW_COUNTIES = 200
"""Up to so many, looking their institutions up one by one beats a pass over the ledgers."""

_COLUMNS = ", ".join(MEASURE_NAMES)
_UPSERT = (
    "ON CONFLICT (day, region_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in MEASURE_NAMES)
    + f" WHERE ({', '.join(f's.{name}' for name in MEASURE_NAMES)})"
    + f" IS DISTINCT FROM ({', '.join(f'excluded.{name}' for name in MEASURE_NAMES)})"
)


def store_counties(day: date, known_at: datetime, counties: Sequence[str] | None) -> int:
    """Write the snapshots of county units (None: of all); answer how many rows changed."""
    register, parameters = _register_by_county(day, known_at, counties)
    facts = " ".join(_latest_fact(measure.name) for measure in FACT_MEASURES)
    values = {COUNTIES_TOTAL: "1", COUNTIES_COVERED: f"(coalesce(m.{COVERED_BY}, 0) > 0)::int"}
    values |= {measure.name: f"coalesce({measure.name}_fact.value, 0)" for measure in FACT_MEASURES}
    values |= {measure.name: f"coalesce(m.{measure.name}, 0)" for measure in REGISTER_MEASURES}
    chosen = "" if counties is None else "AND r.code = ANY(%s)"
    return _execute(
        f"""
        INSERT INTO pilots_coveragesnapshot AS s (region_id, day, {_COLUMNS})
        SELECT r.code, %s::date, {", ".join(values[name] for name in MEASURE_NAMES)}
          FROM pilots_region r LEFT JOIN ({register}) m ON m.code = r.code {facts}
         WHERE r.level = 'county' {chosen}
        {_UPSERT}
        """,  # noqa: S608  # built from names in the registry only
        [
            day,
            *parameters,
            *(value for measure in FACT_MEASURES for value in (measure.kind.value, day, known_at)),
            *([] if counties is None else [list(counties)]),
        ],
    )


def store_regions_above(day: date, counties: Sequence[str] | None) -> int:
    """Sum the county units' snapshots into the cities and provinces above them; answer how many rows changed."""
    chosen = (
        ""
        if counties is None
        else """AND a.code IN (SELECT unnest(ARRAY[p.code, p.parent_id]) FROM pilots_region c
                  JOIN pilots_region p ON p.code = c.parent_id WHERE c.code = ANY(%s))"""
    )
    sums = ", ".join(f"coalesce(sum(c.{name}), 0)" for name in MEASURE_NAMES)
    return _execute(
        f"""
        INSERT INTO pilots_coveragesnapshot AS s (region_id, day, {_COLUMNS})
        SELECT a.code, %s::date, {sums}
          FROM pilots_region a
          LEFT JOIN (SELECT unnest(ARRAY[p.code, p.parent_id]) AS above, k.*
                       FROM pilots_coveragesnapshot k
                       JOIN pilots_region r ON r.code = k.region_id AND r.level = 'county'
                       JOIN pilots_region p ON p.code = r.parent_id
                      WHERE k.day = %s) c ON c.above = a.code
         WHERE a.level <> 'county' {chosen}
         GROUP BY a.code
        {_UPSERT}
        """,  # noqa: S608  # built from names in the registry only
        [day, day, *([] if counties is None else [list(counties)])],
    )


def store_target_progress(day: date, known_at: datetime) -> int:
    """Put the day's value of each standing target's indicator beside the target; answer how many rows changed."""
    cases = " ".join(f"WHEN '{name}' THEN s.{name}" for name in MEASURE_NAMES)
    return _execute(
        f"""
        INSERT INTO pilots_targetprogress AS p (target_id, day, actual)
        SELECT t.id, s.day, CASE t.indicator {cases} END
          FROM (SELECT DISTINCT ON (region_id, indicator) id, region_id, indicator
                  FROM pilots_target WHERE year = %s AND recorded_at <= %s ORDER BY region_id, indicator, id DESC) t
          JOIN pilots_coveragesnapshot s ON s.region_id = t.region_id AND s.day = %s
            ON CONFLICT (day, target_id) DO UPDATE SET actual = excluded.actual WHERE p.actual <> excluded.actual
        """,  # noqa: S608  # built from names in the registry only
        [day.year, known_at, day],
    )


def checksum(day: date) -> tuple[int, str]:
    """How many snapshots `day` has, and the MD5 of all their measures in the order of the region codes."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*), md5(coalesce(string_agg(ROW(region_id, {_COLUMNS})::text, ',' ORDER BY region_id), ''))
                  FROM pilots_coveragesnapshot WHERE day = %s""",  # noqa: S608  # as above
            [day],
        )
        rows, digest = cursor.fetchone()
    return rows, digest


def _register_by_county(day: date, known_at: datetime, counties: Sequence[str] | None) -> tuple[str, Parameters]:
    if counties is not None and len(counties) <= FEW_COUNTIES:
        rows = RegisterRow.objects.on(day, known_at).filter(county__in=counties)
    else:
        rows = RegisterRow.objects.whole(day, known_at, since=_last_round_of_reports(day))
        if counties is not None:
            rows = rows.filter(county__in=counties)
    sql, parameters = rows.values(code=F("county_id")).annotate(**aggregates(day)).query.sql_with_params()
    return sql, list(parameters)


def _last_round_of_reports(day: date) -> date | None:
    """The day since which there are two reports for each institution: most have reported by then, however often.

    None where the ledger holds fewer.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT as_of FROM pilots_capacityreport WHERE as_of <= %s
                ORDER BY as_of DESC OFFSET 2 * (SELECT count(*) FROM pilots_institution) LIMIT 1""",
            [day],
        )
        row = cursor.fetchone()
    return None if row is None else row[0]


def _latest_fact(name: str) -> str:
    return f"""
        LEFT JOIN LATERAL (SELECT f.value FROM pilots_regionfact f
            WHERE f.region_id = r.code AND f.kind = %s AND f.effective_on <= %s AND f.recorded_at <= %s
            ORDER BY f.effective_on DESC, f.id DESC LIMIT 1) {name}_fact ON true"""  # noqa: S608


def _execute(sql: str, parameters: Parameters) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        changed: int = cursor.rowcount
    return changed
