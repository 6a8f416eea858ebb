"""Operations refuse what the rules exclude, whoever calls them."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from pilots.models import Institution, Region, Target
from pilots.operations.capacity import correct_report, report_capacity
from pilots.operations.facts import Basis, designate
from pilots.operations.institutions import Entry, close_institution, register_institution
from pilots.operations.refusals import (
    BeforeOpening,
    FutureDay,
    Implausible,
    InstitutionClosed,
    NothingReported,
    ReasonMissing,
)
from pilots.operations.targets import set_target
from pilots.states.capacity import ClassGroup, Count, Source
from pilots.states.facts import PilotLevel, PilotType
from portal.accounts.models import User
from portal.shared.refusals import NotPermitted
from tests.pilots.acts import county_officer, noon, report

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
NOW = timezone.now()


def institution():
    return Institution.objects.get(number="SJZ-0001")


def someone(username):
    return User.objects.get(username=username)


def test_report_without_the_right_is_refused():
    with pytest.raises(NotPermitted):
        report("SJZ-0001", TODAY, 1, 1, by=someone("province"))
    with pytest.raises(NotPermitted):
        report("SJZ-0045", TODAY, 1, 1, by=someone("clerk"))


def test_empty_report_is_refused():
    with pytest.raises(NothingReported):
        report_capacity(
            institution_id=institution().pk, as_of=TODAY, classes={}, by=county_officer(), at=NOW, source=Source.API
        )


def test_correction_without_a_reason_is_refused():
    wrong = report("SJZ-0001", TODAY, 1, 1).report
    counts = {ClassGroup.MIXED: Count(2, 2)}
    with pytest.raises(ReasonMissing):
        correct_report(report_id=wrong.pk, classes=counts, reason="  ", by=county_officer(), at=NOW)
    with pytest.raises(NotPermitted):
        correct_report(report_id=wrong.pk, classes=counts, reason="x", by=someone("city"), at=NOW)


def test_closing_is_once_and_plausible():
    officer, number = county_officer(), institution().pk
    with pytest.raises(Implausible):
        close_institution(institution_id=number, closed_on=date(2018, 1, 1), reason="停办", by=officer, at=NOW)
    with pytest.raises(FutureDay):
        close_institution(institution_id=number, closed_on=date(2999, 1, 1), reason="停办", by=officer, at=NOW)
    with pytest.raises(NotPermitted):
        close_institution(institution_id=number, closed_on=TODAY, reason="停办", by=someone("province"), at=NOW)
    close_institution(institution_id=number, closed_on=date(2022, 1, 1), reason="停办", by=officer, at=NOW)
    with pytest.raises(InstitutionClosed):
        close_institution(institution_id=number, closed_on=date(2022, 1, 1), reason="停办", by=officer, at=NOW)
    closed = institution()
    assert (closed.closed_on, closed.closed_recorded_at is not None) == (date(2022, 1, 1), True)


def test_line_before_the_opening_is_refused():
    with pytest.raises(BeforeOpening):
        designate(
            institution_id=institution().pk,
            level=PilotLevel.CITY,
            pilot_type=PilotType.COMMUNITY,
            effective_on=date(2018, 1, 1),
            basis=Basis(),
        )


def test_registration_needs_the_county_and_a_plausible_day():
    entry = Entry(county_id="130104", name="测试", service_model="social", opened_on=date(2021, 1, 1))
    with pytest.raises(NotPermitted):
        register_institution(entry=entry, filing=None, by=county_officer(), at=NOW)
    late = Entry(county_id="130102", name="测试", service_model="social", opened_on=date(2021, 1, 1))
    with pytest.raises(FutureDay):
        register_institution(entry=late, filing=None, by=county_officer(), at=noon(date(2020, 12, 31)))
    host = Entry("130102", "测试", "social", date(2021, 1, 1), host_kindergarten_name="某幼儿园")
    with pytest.raises(ValidationError) as refusal:
        register_institution(entry=host, filing=None, by=county_officer(), at=NOW)
    assert "__all__" in refusal.value.message_dict


def test_registration_without_a_filing_and_with_a_host():
    entry = Entry("130102", "托班（测试）", "kindergarten", date(2021, 1, 1), host_kindergarten_name="某幼儿园")
    new = register_institution(entry=entry, filing=None, by=county_officer(), at=NOW)
    assert new.host_kindergarten.name == "某幼儿园"
    assert not new.filings.exists()


@pytest.mark.parametrize(
    "change", [{"number": "X"}, {"county_id": "130104"}, {"service_model": "family"}, {"opened_on": date(2020, 1, 1)}]
)
def test_what_figures_rest_on_does_not_change(change):
    with pytest.raises(Exception, match="Cannot update"):
        Institution.objects.filter(number="SJZ-0001").update(**change)


def test_names_and_contacts_may_change():
    assert Institution.objects.filter(number="SJZ-0001").update(name="新名", address="新址") == 1


def test_target_is_set_for_counted_figures_only():
    city = Region.objects.get(pk="130100")
    common = {"region_id": city.pk, "year": 2022, "baseline_value": 48, "baseline_on": date(2022, 1, 1), "goal": 80}
    common |= {"by": None, "at": NOW}
    set_target(indicator="pilots_total", **common)
    assert Target.objects.get(region=city, year=2022).goal == 80
    for indicator in ("county_coverage_pct", "nothing", "inclusive_institutions"):
        with pytest.raises(Implausible):
            set_target(indicator=indicator, **common)
