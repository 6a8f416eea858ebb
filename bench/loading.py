"""Fill a database with the nation: small tables by COPY, reports and snapshots by statements over sets."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from io import StringIO

from django.db import connection
from django.utils import timezone

from bench.institutions import DAYS, Line, counties, institutions, ledgers, noon, region_rows
from bench.nation import FIRST_DAY, LAST_DAY, Nation
from bench.reports import load_reports, plan
from bench.results import progress
from bench.upkeep import unattended, unrecorded
from pilots.models import LateFactSweep, Membership, NightRun, Region
from pilots.operations.nightly import compute_days
from pilots.queries.figures.measures import MEASURE_NAMES
from pilots.queries.search import search_text
from pilots.states.roles import Role
from portal.accounts.models import User

OFFICER = "officer"
"""The province officer as whom the pages are asked for."""

_FACT = ("id", "institution_id", "effective_on", "ends_on", "recorded_at", "corrects_id", "reason")
_MORE = {"document_number": "", "source": "import"}


def load(nation: Nation) -> None:
    """Everything, in the present database."""
    with unrecorded():
        _load_regions()
        _load_region_facts()
        _load_institutions(nation.institutions)
        _load_ledgers(nation.institutions)
        _load_targets()
    progress("regions, institutions and ledgers are in; now the reports")
    with unattended("pilots_capacityreport"):
        load_reports(plan(nation))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    progress("reports are in and indexed; now the night runs")
    compute_days(first=LAST_DAY, last=LAST_DAY, trigger=NightRun.Trigger.COMMAND)
    _repeat_snapshots(LAST_DAY - timedelta(days=round(DAYS * nation.history) - 1))
    LateFactSweep.objects.create(swept_to=timezone.now(), days=0)
    _load_officer()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def _load_regions() -> None:
    rows = region_rows()
    Region.objects.bulk_create(
        Region(
            code=row["code"],
            name=row["name"],
            short_name=row["short_name"],
            name_en=row["name_en"],
            level=row["level"],
            parent_id=row["parent_code"] or None,
            is_development_zone=row["is_development_zone"] == "1",
            province_administered=row["province_administered"] == "1",
        )
        for row in rows
    )


def _load_region_facts() -> None:
    lines: list[Line] = []
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        day = date(year, 1, 1)
        for county in counties():
            grown = 1 + (year - FIRST_DAY.year) / 200
            lines.append((county.code, "population", day, int(county.population * grown), "bench", noon(day)))
            lines.append((county.code, "kindergartens", day, county.kindergartens, "bench", noon(day)))
    _copy("pilots_regionfact", ("region_id", "kind", "effective_on", "value", "source", "recorded_at"), lines)


def _load_institutions(number: int) -> None:
    columns = (
        *("id", "number", "name", "credit_code", "legal_nature", "service_model", "county_id", "address"),
        *("contact_name", "contact_phone", "opened_on", "closed_on", "closed_recorded_at", "recorded_at"),
        *("search_text", "is_demo"),
    )
    lines = (
        (
            each.pk,
            each.number,
            each.name,
            each.credit_code,
            each.nature,
            each.service_model,
            each.county,
            each.address,
            "",
            "",
            each.opened_on,
            each.closed_on,
            each.closed_on and noon(each.closed_on),
            noon(each.opened_on),
            search_text(each.name, each.number, each.credit_code, each.address),
            False,
        )
        for each in institutions(number)
    )
    _copy("pilots_institution", columns, lines)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('pilots_institution_number', %s)", [number])


def _load_ledgers(number: int) -> None:
    made = ledgers(number)
    for table, own, lines in (
        ("pilots_filing", ("kind",), made.filings),
        ("pilots_designation", ("act", "level", "pilot_type"), made.designations),
        ("pilots_inclusiverecognition", ("act",), made.recognitions),
    ):
        _copy(table, (*_FACT, *own, *_MORE), ((*line, *_MORE.values()) for line in lines))


def _load_targets() -> None:
    first = date(LAST_DAY.year, 1, 1)
    lines = [
        (indicator, county.code, first.year, baseline, first, goal, "", "", "", noon(first))
        for county in counties()
        for indicator, baseline, goal in (("pilots_total", 1, 4), ("places_pilot", 60, 200))
    ]
    columns = ("indicator", "region_id", "year", "baseline_value", "baseline_on", "goal")
    _copy("pilots_target", (*columns, "mandate", "document", "reason", "recorded_at"), lines)


def _repeat_snapshots(first: date) -> None:
    """Give every earlier day the snapshots, the target progress and the run of the last one."""
    columns = ", ".join(MEASURE_NAMES)
    days = {"first": first, "last": LAST_DAY}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the foreign keys hold by construction
        cursor.execute(
            f"""INSERT INTO pilots_coveragesnapshot (region_id, day, {columns})
                SELECT s.region_id, d::date, {columns}
                  FROM generate_series(%(first)s::date, %(last)s::date - 1, '1 day') d, pilots_coveragesnapshot s
                 WHERE s.day = %(last)s ORDER BY d, s.region_id""",
            days,
        )
        cursor.execute(
            """INSERT INTO pilots_targetprogress (target_id, day, actual)
               SELECT p.target_id, d::date, p.actual
                 FROM generate_series(greatest(%(first)s, date_trunc('year', %(last)s::date)::date)::date,
                                      %(last)s::date - 1, '1 day') d, pilots_targetprogress p
                WHERE p.day = %(last)s ORDER BY d, p.target_id""",
            days,
        )
        cursor.execute(
            """INSERT INTO pilots_nightrun
                      (day, trigger, known_at, started_at, finished_at, rows, rows_changed, checksum)
               SELECT d::date, 'schedule', d + '26 hours', d + '26 hours', d + '26 hours', r.rows, r.rows, r.checksum
                 FROM generate_series(%(first)s::date, %(last)s::date - 1, '1 day') d, pilots_nightrun r
                WHERE r.day = %(last)s ORDER BY d""",
            days,
        )
        cursor.execute("RESET session_replication_role")


def _load_officer() -> None:
    """The officer of the province with the most institutions."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.code FROM pilots_institution i JOIN pilots_region c ON c.code = i.county_id
                 JOIN pilots_region u ON u.code = c.parent_id
                 JOIN pilots_region p ON p.code = coalesce(u.parent_id, u.code)
                GROUP BY p.code ORDER BY count(*) DESC, p.code LIMIT 1"""
        )
        (province,) = cursor.fetchone()
    user = User.objects.create_user(OFFICER, name="省级管理员")
    Membership.objects.create(user=user, role=Role.PROVINCE_OFFICER, region_id=province, starts_on=FIRST_DAY)


def _copy(table: str, columns: Sequence[str], lines: Iterable[Line]) -> None:
    """COPY the lines (no text in them needs escaping), and let the table's ids go on behind them."""
    text = StringIO()
    for line in lines:
        text.write("\t".join("\\N" if value is None else str(value) for value in line) + "\n")
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", text)
        if "id" in columns:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
