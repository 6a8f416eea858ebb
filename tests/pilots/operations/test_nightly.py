"""The night run: complete, repeatable, self-repairing; late facts reach the right days and no others."""

from datetime import date, timedelta

import pytest

from pilots.models import CapacityReport, CoverageSnapshot, Institution, LateFactSweep, NightRun, Region, TargetProgress
from pilots.operations.capacity import correct_report
from pilots.operations.facts import (
    Basis,
    designate,
    end_designation,
    end_recognition,
    recognise_inclusive,
    record_filing,
    void_designation,
)
from pilots.operations.institutions import Entry, FilingEntry, close_institution, register_institution
from pilots.operations.nightly import is_night_missing
from pilots.operations.refusals import DayNotOver
from pilots.queries.figures.explaining import explain
from pilots.queries.figures.measures import MEASURE_NAMES
from pilots.queries.figures.measuring import live_measures, snapshot_measures
from pilots.queries.figures.registry import FIGURES
from pilots.states.capacity import ClassGroup, Count
from pilots.states.facts import FilingKind, PilotLevel, PilotType
from tests.pilots.acts import compute, county_officer, figure, night, noon, report, snapshot

pytestmark = pytest.mark.django_db

DAY = date(2021, 11, 1)
BASIS = Basis(document_number="测试", reason="test")


def institution(number):
    return Institution.objects.get(number=number)


def test_run_stores_every_region_and_says_so():
    (run,) = compute(DAY)
    assert run.rows == CoverageSnapshot.objects.filter(day=DAY).count() == Region.objects.count() == 202
    assert run.rows_changed == 202
    assert run.finished_at >= run.started_at
    assert len(run.checksum) == 32


def test_snapshot_equals_the_register_for_every_region():
    compute(DAY)
    codes = list(Region.objects.values_list("pk", flat=True))
    assert snapshot_measures(DAY, codes) == live_measures(DAY, codes)


def test_second_run_changes_nothing():
    (first,) = compute(DAY)
    (second,) = compute(DAY)
    assert (second.rows_changed, second.checksum) == (0, first.checksum)


def test_run_puts_the_actual_beside_each_target():
    compute(DAY)
    city = TargetProgress.objects.filter(day=DAY, target__region="130100")
    assert {row.target.indicator: row.actual for row in city} == {"pilots_total": 48, "places_pilot": 3104}
    assert TargetProgress.objects.filter(day=DAY).count() == 23 * 2 + 2 + 1


def test_a_day_that_is_not_over_is_refused():
    with pytest.raises(DayNotOver):
        compute(date.today() + timedelta(days=2))


def test_first_night_takes_the_day_before():
    done = night(DAY + timedelta(days=1))
    assert [run.day for run in done.filled] == [DAY]
    assert done.recomputed == []


def test_missed_nights_are_filled():
    compute(DAY)
    assert is_night_missing(noon(DAY + timedelta(days=4)))
    done = night(DAY + timedelta(days=4))
    assert [run.day for run in done.filled] == [DAY + timedelta(days=n) for n in (1, 2, 3)]
    assert not is_night_missing(noon(DAY + timedelta(days=4)))
    again = night(DAY + timedelta(days=4))
    assert (again.filled, again.recomputed) == ([], [])


def test_late_report_moves_its_day_and_later_ones_and_no_earlier_one():
    night(DAY - timedelta(days=1))
    night(DAY + timedelta(days=1))
    before = {day: figure("places_total", day) for day in (date(2021, 10, 30), date(2021, 10, 31), DAY)}
    assert set(before.values()) == {17657}

    report("SJZ-0001", date(2021, 10, 31), 75, 42)

    assert {day: figure("places_total", day) for day in before} == before
    done = night(DAY + timedelta(days=1))
    assert [run.day for run in done.recomputed] == [date(2021, 10, 31), DAY]
    assert {day: figure("places_total", day) for day in before} == {
        date(2021, 10, 30): 17657,
        date(2021, 10, 31): 17667,
        DAY: 17667,
    }
    assert figure("places_total", DAY, "130102") == 1524 + 10
    assert figure("places_total", DAY, "130000") == 17667


def test_explanation_keeps_what_the_run_knew_until_the_next_run():
    compute(DAY)
    report("SJZ-0001", DAY, 75, 42)
    city = Region.objects.get(pk="130100")
    assert explain(FIGURES["places_total"], city, DAY).records.total() == 17657
    compute(DAY)
    assert explain(FIGURES["places_total"], city, DAY).records.total() == 17667


def test_a_run_that_late_facts_do_not_touch_is_left_alone():
    night(DAY + timedelta(days=1))
    report("SJZ-0001", DAY + timedelta(days=1), 75, 42)
    done = night(DAY + timedelta(days=2))
    assert done.recomputed == []
    assert [run.day for run in done.filled] == [DAY + timedelta(days=1)]
    assert (figure("places_total", DAY), figure("places_total", DAY + timedelta(days=1))) == (17657, 17667)


def test_late_facts_recompute_only_the_county_units_they_touch():
    night(DAY + timedelta(days=1))
    report("SJZ-0001", DAY, 75, 42)
    (run,) = night(DAY + timedelta(days=1)).recomputed
    assert run.rows_changed == 3  # 长安区, 石家庄, 河北
    checksum = run.checksum
    (clean,) = compute(DAY)
    assert (clean.rows_changed, clean.checksum) == (0, checksum)


def test_older_report_that_arrives_later_does_not_override():
    report("SJZ-0001", date(2021, 10, 20), 80, 40)
    report("SJZ-0001", date(2021, 10, 10), 20, 10)
    compute(date(2021, 10, 15))
    compute(DAY)
    assert figure("places_total", DAY) == 17657 - 65 + 80
    assert figure("places_total", date(2021, 10, 15)) == 17657 - 65 + 20


def test_duplicate_report_counts_once():
    first = report("SJZ-0001", DAY, 80, 40)
    second = report("SJZ-0001", DAY, 80, 40)
    compute(DAY)
    assert (first.created, second.created, second.report) == (True, False, first.report)
    assert figure("places_total", DAY) == 17657 - 65 + 80


def test_correction_replaces_the_report_of_its_day():
    wrong = report("SJZ-0001", DAY, 800, 40).report
    correct_report(
        report_id=wrong.pk,
        classes={ClassGroup.MIXED: Count(80, 40)},
        reason="多写了一个零",
        by=county_officer(),
        at=noon(DAY),
    )
    compute(DAY)
    assert figure("places_total", DAY) == 17657 - 65 + 80
    assert CapacityReport.objects.get(pk=wrong.pk).places == 800


def coverage(day):
    compute(day)
    reading = snapshot(day)
    return (reading.counties_covered, reading.counties_total, str(figure("county_coverage_pct", day)))


def test_coverage_rises_on_the_day_the_last_unit_gains_a_pilot():
    newcomer = institution(Institution.objects.filter(county="130172").first().number)
    designate(
        institution_id=newcomer.pk,
        level=PilotLevel.CITY,
        pilot_type=PilotType.COMMUNITY,
        effective_on=DAY,
        basis=BASIS,
    )
    assert coverage(DAY - timedelta(days=1)) == (22, 23, "95.65")
    assert coverage(DAY) == (23, 23, "100.00")


def test_coverage_falls_on_the_day_a_unit_loses_its_only_pilot():
    (only,) = Institution.objects.filter(county="130121", designations__isnull=False)
    end_designation(institution_id=only.pk, effective_on=DAY, basis=BASIS)
    assert coverage(DAY - timedelta(days=1)) == (22, 23, "95.65")
    assert coverage(DAY) == (21, 23, "91.30")


def test_coverage_of_130172_rises_and_falls_with_its_pilot():
    newcomer = Institution.objects.filter(county="130172").first()
    designate(
        institution_id=newcomer.pk,
        level=PilotLevel.CITY,
        pilot_type=PilotType.COMMUNITY,
        effective_on=date(2021, 10, 1),
        basis=BASIS,
    )
    end_designation(institution_id=newcomer.pk, effective_on=date(2021, 10, 20), basis=BASIS)
    (only,) = Institution.objects.filter(county="130121", designations__isnull=False)
    end_designation(institution_id=only.pk, effective_on=date(2021, 10, 25), basis=BASIS)
    days = (date(2021, 9, 30), date(2021, 10, 1), date(2021, 10, 19), date(2021, 10, 20), date(2021, 10, 25))
    assert [coverage(day)[0] for day in days] == [22, 23, 23, 22, 21]


def test_designation_with_a_term_lapses_after_its_last_day():
    newcomer = Institution.objects.filter(county="130172").first()
    designate(
        institution_id=newcomer.pk,
        level=PilotLevel.PROVINCIAL,
        pilot_type=PilotType.COMMUNITY,
        effective_on=date(2021, 10, 1),
        ends_on=date(2021, 10, 20),
        basis=BASIS,
    )
    assert coverage(date(2021, 10, 20))[0] == 23
    assert figure("pilots_provincial", date(2021, 10, 20)) == 7
    assert figure("pilots_provincial_new", date(2021, 10, 20)) == 1
    assert coverage(date(2021, 10, 21))[0] == 22


def test_designation_entered_in_error_counts_no_more_on_any_day():
    newcomer = Institution.objects.filter(county="130172").first()
    line = designate(
        institution_id=newcomer.pk,
        level=PilotLevel.CITY,
        pilot_type=PilotType.COMMUNITY,
        effective_on=date(2021, 10, 1),
        basis=BASIS,
    )
    night(DAY + timedelta(days=1))
    assert figure("counties_covered", DAY) == 23
    void_designation(designation_id=line.pk, basis=BASIS)
    night(DAY + timedelta(days=1))
    assert figure("counties_covered", DAY) == 22


def test_filing_and_recognition_hold_from_day_to_day():
    plain = Institution.objects.filter(filings__isnull=True, inclusiverecognitions__isnull=True).first()
    record_filing(institution_id=plain.pk, kind=FilingKind.INITIAL, effective_on=date(2021, 10, 5), basis=BASIS)
    recognise_inclusive(institution_id=plain.pk, effective_on=date(2021, 10, 10), basis=BASIS)
    end_recognition(institution_id=plain.pk, effective_on=date(2021, 10, 15), basis=BASIS)
    record_filing(institution_id=plain.pk, kind=FilingKind.CANCELLATION, effective_on=date(2021, 10, 20), basis=BASIS)
    base = dict.fromkeys((4, 5, 10, 15, 20), 0)
    filed = {day: figure("institutions_filed", date(2021, 10, day), plain.county_id) for day in base}
    before = figure("institutions_filed", date(2021, 10, 4), plain.county_id)
    assert {day: count - before for day, count in filed.items()} == {4: 0, 5: 1, 10: 1, 15: 1, 20: 0}
    both = {day: figure("inclusive_filings", date(2021, 10, day), plain.county_id) for day in base}
    assert {day: count - both[4] for day, count in both.items()} == {4: 0, 5: 0, 10: 1, 15: 0, 20: 0}


def test_late_registration_and_closure_reach_past_days():
    night(DAY + timedelta(days=1))
    officer = county_officer()
    entry = Entry(county_id="130102", name="新机构（测试）", service_model="social", opened_on=date(2021, 10, 1))
    new = register_institution(
        entry=entry, filing=FilingEntry(FilingKind.INITIAL, DAY), by=officer, at=noon(date.today())
    )
    night(DAY + timedelta(days=1))
    assert (figure("institutions_total", DAY), figure("institutions_filed", DAY)) == (495, 53)
    close_institution(institution_id=new.pk, closed_on=DAY, reason="停办", by=officer, at=noon(date.today()))
    night(DAY + timedelta(days=1))
    assert figure("institutions_total", DAY) == 494
    assert figure("institutions_total", DAY - timedelta(days=1)) == 495


def test_sweep_remembers_how_far_it_came():
    night(DAY + timedelta(days=1))
    first = LateFactSweep.objects.get()
    night(DAY + timedelta(days=1))
    assert LateFactSweep.objects.count() == 2
    assert LateFactSweep.objects.first().swept_to > first.swept_to


def test_measures_and_snapshot_columns_are_the_same():
    columns = {field.name for field in CoverageSnapshot._meta.get_fields()} - {"id", "region", "day"}
    assert columns == set(MEASURE_NAMES)


def test_ledger_of_runs_keeps_every_run():
    compute(DAY)
    compute(DAY)
    assert NightRun.objects.filter(day=DAY).count() == 2
