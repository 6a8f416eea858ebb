"""The register as of a day, against a brute force over the ledgers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Count, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilots.models import CapacityReport, Designation, Filing, InclusiveRecognition, Institution, Region, RegisterRow

pytestmark = pytest.mark.django_db

FIRST = date(2021, 1, 1)
DAYS = st.integers(0, 30).map(lambda n: FIRST + timedelta(days=n))
RECORDED = st.integers(0, 60).map(lambda n: datetime(2021, 2, 1, tzinfo=UTC) + timedelta(days=n))
TERMS = st.one_of(st.none(), st.integers(0, 20))


def lines(acts):
    """Dated lines: day, instant of recording, act, length of the term, whether it corrects the line before."""
    return st.lists(st.tuples(DAYS, RECORDED, st.sampled_from(acts), TERMS, st.booleans()), max_size=6)


def write(model, institution, drawn, **columns):
    rows = []
    for effective_on, recorded_at, act, term, corrects in drawn:
        before = rows[-1] if corrects and rows else None
        row = model.objects.create(
            institution=institution,
            effective_on=effective_on,
            recorded_at=recorded_at,
            ends_on=None if term is None else effective_on + timedelta(days=term),
            corrects=before,
            reason="x" if before else "",
            **columns[act],
        )
        rows.append(row)
    return rows


def standing(rows, act_of, day, known_at):
    """The line in force, by the words of the rule: no index, no SQL."""
    known = [row for row in rows if row.recorded_at <= known_at]
    corrected = {row.corrects_id for row in known}
    begun = [row for row in known if row.effective_on <= day and row.pk not in corrected and act_of(row) != "void"]
    if not begun:
        return None
    last = max(begun, key=lambda row: (row.effective_on, row.pk))
    over = last.ends_on is not None and last.ends_on < day
    return None if over or act_of(last) in ("end", "cancellation") else last


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    reports=st.lists(st.tuples(DAYS, RECORDED, st.integers(0, 99), st.integers(0, 99)), max_size=8),
    filings=lines(["initial", "report_only", "cancellation", "void"]),
    designations=lines(["city", "provincial", "end", "void"]),
    recognitions=lines(["recognise", "end", "void"]),
    closes=st.one_of(st.none(), st.tuples(DAYS, RECORDED)),
    day=DAYS,
    known_at=RECORDED,
    since=st.one_of(st.none(), DAYS),
)
def test_register_equals_the_brute_force(reports, filings, designations, recognitions, closes, day, known_at, since):
    institution = Institution.objects.create(
        name="x",
        county_id="130200",
        service_model="social",
        opened_on=FIRST + timedelta(days=3),
        recorded_at=RECORDED_FIRST,
    )
    if closes and closes[0] >= institution.opened_on:
        Institution.objects.filter(pk=institution.pk).update(closed_on=closes[0], closed_recorded_at=closes[1])
    else:
        closes = None
    stored = [
        CapacityReport.objects.create(
            institution=institution, as_of=as_of, recorded_at=at, source="import", mixed_places=p, mixed_enrolled=e
        )
        for as_of, at, p, e in reports
    ]
    kinds = {kind: {"kind": kind} for kind in ("initial", "report_only", "cancellation", "void")}
    levels = {
        "city": {"act": "designate", "level": "city", "pilot_type": "community"},
        "provincial": {"act": "change", "level": "provincial", "pilot_type": "brand_chain"},
        "end": {"act": "end"},
        "void": {"act": "void"},
    }
    acts = {act: {"act": act} for act in ("recognise", "end", "void")}
    filed = write(Filing, institution, filings, **kinds)
    designated = write(Designation, institution, designations, **levels)
    recognised = write(InclusiveRecognition, institution, recognitions, **acts)

    row = RegisterRow.objects.on(day, known_at).filter(pk=institution.pk).first()

    whole = RegisterRow.objects.whole(day, known_at, since=since).filter(pk=institution.pk).values().first()
    each = RegisterRow.objects.on(day, known_at).filter(pk=institution.pk).values().first()
    assert whole == each

    closed = closes is not None and closes[0] <= day and closes[1] <= known_at
    if day < institution.opened_on or closed:
        assert row is None
        return
    assert row is not None
    known = [report for report in stored if report.recorded_at <= known_at and report.as_of <= day]
    report = max(known, key=lambda each: (each.as_of, each.pk), default=None)
    filing = standing(filed, lambda each: each.kind, day, known_at)
    pilot = standing(designated, lambda each: each.act, day, known_at)
    inclusive = standing(recognised, lambda each: each.act, day, known_at)
    assert (row.report_id, row.places, row.enrolled) == (
        (report.pk, report.mixed_places, report.mixed_enrolled) if report else (None, 0, 0)
    )
    assert (row.filing_kind, row.filed_on) == ((filing.kind, filing.effective_on) if filing else (None, None))
    assert (row.pilot_level, row.pilot_type, row.piloted_on) == (
        (pilot.level, pilot.pilot_type, pilot.effective_on) if pilot else (None, None, None)
    )
    assert row.inclusive == (inclusive is not None)


RECORDED_FIRST = datetime(2021, 1, 31, tzinfo=UTC)


def test_register_composes_like_any_queryset():
    rows = RegisterRow.objects.on(date(2021, 11, 1))
    assert rows.count() == 494
    assert rows.filter(county__parent="130100", pilot_level="provincial").count() == 6
    assert rows.exclude(pilot_level__isnull=True).aggregate(total=Sum("places"))["total"] == 3104
    assert (
        Institution.objects.filter(pk__in=rows.filter(inclusive=True, filed_on__isnull=False).values("pk")).count()
        == 30
    )
    by_type = dict(rows.filter(pilot_type__isnull=False).values_list("pilot_type").annotate(Count("pk")))
    assert by_type == {"kindergarten_nursery": 26, "brand_chain": 6, "community": 3, "employer_welfare": 13}
    assert rows.select_related("institution", "county").order_by("-institution__number")[
        0
    ].county == Region.objects.get(pk="130184")
    union = rows.filter(county="130102") | rows.filter(county="130172")
    assert union.count() == 50


def test_register_is_inlined_so_that_filters_reach_the_indexes():
    plan = RegisterRow.objects.on(date(2021, 11, 1)).filter(county="130172").explain()
    assert "Function Scan" not in plan
    assert "capacity_report_latest" in plan


def test_days_do_not_mix():
    earlier, later = RegisterRow.objects.on(date(2020, 1, 1)), RegisterRow.objects.on(date(2021, 11, 1))
    assert earlier.filter(pilot_level__isnull=False).count() == 5
    newly = later.filter(pilot_level__isnull=False).exclude(
        pk__in=earlier.filter(pilot_level__isnull=False).values("pk")
    )
    assert newly.count() == 48 - 5


def test_both_forms_answer_the_same_rows():
    day = date(2021, 6, 1)
    assert list(RegisterRow.objects.whole(day).order_by("pk").values()) == list(
        RegisterRow.objects.on(day).order_by("pk").values()
    )
