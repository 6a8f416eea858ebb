"""What attacks found, so that it stays mended."""

import base64
import importlib
import json
import sys
from datetime import date, datetime, timedelta
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pilots.models import CapacityReport, Designation, Institution, LateFactSweep, Region, Target, TargetProgress
from pilots.operations.capacity import correct_report
from pilots.operations.facts import Basis, designate, end_designation, void_designation
from pilots.operations.institutions import close_institution
from pilots.operations.refusals import AlreadyCorrected, DayTooEarly, InstitutionClosed, ReasonMissing
from pilots.operations.targets import set_target
from pilots.queries.figures.explaining import explain
from pilots.queries.figures.registry import FIGURES
from pilots.states.capacity import ClassGroup, Count
from pilots.states.facts import PilotLevel, PilotType
from tests.pilots.acts import compute, county_officer, figure, night, noon, report
from tests.pilots.test_commands import run

pytestmark = pytest.mark.django_db

DAY = date(2021, 11, 1)
URL = "/api/v1/institutions/SJZ-0001/capacity-reports/"
CITY = "130100"


def post(api, body):
    return api.post(URL, body, content_type="application/json")


def newcomer():
    return Institution.objects.filter(county="130172").order_by("pk").first()


def make_pilot(institution, level, day, pilot_type=PilotType.COMMUNITY, ends_on=None):
    return designate(
        institution_id=institution.pk,
        level=level,
        pilot_type=pilot_type,
        effective_on=day,
        ends_on=ends_on,
        basis=Basis(reason="test"),
    )


def test_a_sweep_under_a_clock_that_ran_ahead_loses_nothing():
    night(DAY + timedelta(days=1))
    LateFactSweep.objects.create(swept_to=timezone.now() + timedelta(days=1), days=0)
    report("SJZ-0001", DAY, 75, 42)
    night(DAY + timedelta(days=1))
    assert figure("places_total", DAY) == 17667


def test_a_day_before_the_calendar_is_refused_everywhere(api, as_user):
    with pytest.raises(DayTooEarly):
        compute(date(221, 11, 1))
    early = {"region": "130102", "as_of": "0001-01-01"}
    assert api.get(reverse("api:figures"), early).status_code == 400
    assert (
        post(api, json.dumps({"as_of": "0001-01-05", "classes": {"mixed": {"places": 1, "enrolled": 1}}})).status_code
        == 400
    )
    form = {"county": "130102", "name": "x", "service_model": "social", "filing_kind": "initial"}
    for days in (
        {"opened_on": "0202-01-01", "filed_on": "2021-01-01"},
        {"opened_on": "2021-01-01", "filed_on": "0001-01-01"},
    ):
        assert as_user("county").post(reverse("institution_new"), {**form, **days}).status_code == 422


def test_change_of_type_makes_no_new_provincial_pilot():
    pilot = newcomer()
    make_pilot(pilot, PilotLevel.PROVINCIAL, date(2020, 5, 1))
    make_pilot(pilot, PilotLevel.PROVINCIAL, date(2021, 6, 1), PilotType.EMPLOYER)
    assert figure("pilots_provincial_new", DAY) == 0
    assert figure("pilots_provincial_new", date(2020, 11, 1)) == figure("pilots_provincial", date(2020, 11, 1))


def test_return_to_the_provincial_level_is_new_again():
    pilot = newcomer()
    make_pilot(pilot, PilotLevel.PROVINCIAL, date(2020, 5, 1))
    make_pilot(pilot, PilotLevel.CITY, date(2020, 9, 1))
    make_pilot(pilot, PilotLevel.PROVINCIAL, date(2021, 6, 1))
    assert figure("pilots_provincial_new", DAY) == 1
    end_designation(institution_id=pilot.pk, effective_on=date(2021, 7, 1), basis=Basis(reason="x"))
    assert figure("pilots_provincial_new", DAY) == 0


@pytest.mark.parametrize("computed", [True, False])
def test_baseline_and_growth_add_up_after_late_facts(computed):
    report("SJZ-0001", date(2021, 2, 1), 76, 42)
    void = Designation.objects.filter(institution__county="130121").first()
    void_designation(designation_id=void.pk, basis=Basis(reason="测试"))
    if computed:
        compute(DAY)
    city = Region.objects.get(pk=CITY)
    for code in ("target_pilots_base", "target_places_base", "target_pilots_growth_pct", "target_places_growth_pct"):
        explanation = explain(FIGURES[code], city, DAY)
        assert explanation.records.total() == explanation.value.numerator
        if explanation.denominator_records is not None:
            assert explanation.denominator_records.total() == explanation.value.denominator


def set_city_target(*, baseline_value, goal):
    return set_target(
        region_id=CITY,
        indicator="pilots_total",
        year=2021,
        baseline_value=baseline_value,
        baseline_on=date(2021, 1, 1),
        goal=goal,
        by=None,
        at=timezone.now(),
    )


def test_baseline_typed_by_hand_is_explained_by_the_difference():
    city = Region.objects.get(pk=CITY)
    set_city_target(baseline_value=40, goal=67)
    explanation = explain(FIGURES["target_pilots_base"], city, DAY)
    assert explanation.number == 40 == explanation.records.total()
    assert explanation.records.page(44, 45)[0].value == -4


def test_delayed_repetition_does_not_undo_a_correction(api):
    wrong = {"as_of": "2021-11-01", "classes": {"mixed": {"places": 500, "enrolled": 40}}}
    first = post(api, json.dumps(wrong)).json()
    correct_report(
        report_id=first["id"],
        classes={ClassGroup.MIXED: Count(50, 40)},
        reason="多写了一个零",
        by=county_officer(),
        at=timezone.now(),
    )
    again = post(api, json.dumps(wrong))
    assert (again.status_code, again.json()["id"]) == (201, first["id"])
    assert [warning["code"] for warning in again.json()["warnings"]] == ["superseded"]
    assert figure("places_total", DAY, "130102") == 1524 - 65 + 50


def test_same_correction_sent_twice_is_one():
    wrong = report("SJZ-0001", DAY, 500, 40).report
    same = {"report_id": wrong.pk, "classes": {ClassGroup.MIXED: Count(50, 40)}, "reason": "x"}
    done = [correct_report(**same, by=county_officer(), at=timezone.now()) for _ in range(2)]
    assert [each.created for each in done] == [True, False]
    assert done[0].report == done[1].report


def test_target_set_later_waits_for_the_next_run():
    night(DAY + timedelta(days=1))
    target = set_city_target(baseline_value=44, goal=99)
    assert figure("target_pilots", DAY) == 67
    night(DAY + timedelta(days=1))
    assert figure("target_pilots", DAY) == 99
    assert TargetProgress.objects.get(target=target, day=DAY).actual == 48


@pytest.mark.parametrize("change", [{"parent": "130200"}, {"level": "city"}])
def test_region_keeps_its_place(change):
    region = Region.objects.filter(pk="130102")
    with pytest.raises(Exception, match="Cannot update"):
        region.update(**change)


def test_correction_stays_with_its_own_institution_and_day():
    other = Designation.objects.exclude(institution=newcomer()).first()
    with pytest.raises(Exception, match="stays with its own"):
        Designation.objects.create(institution=newcomer(), act="void", effective_on=DAY, corrects=other, reason="x")


def test_correction_of_a_report_stays_with_its_day():
    wrong = report("SJZ-0001", DAY, 1, 1).report
    with pytest.raises(Exception, match="stays with its own"):
        CapacityReport.objects.create(
            institution=wrong.institution, as_of=date(2021, 10, 1), source="api", corrects=wrong, reason="x"
        )


def test_closed_institution_takes_no_designation_and_a_void_is_once_with_a_reason():
    pilot = newcomer()
    line = make_pilot(pilot, PilotLevel.CITY, date(2021, 1, 1))
    with pytest.raises(ReasonMissing):
        void_designation(designation_id=line.pk, basis=Basis())
    void_designation(designation_id=line.pk, basis=Basis(reason="x"))
    with pytest.raises(AlreadyCorrected):
        void_designation(designation_id=line.pk, basis=Basis(reason="x"))
    officer = county_officer()
    closed = Institution.objects.get(number="SJZ-0006")
    close_institution(
        institution_id=closed.pk, closed_on=date(2021, 6, 1), reason="停办", by=officer, at=noon(date(2022, 1, 1))
    )
    with pytest.raises(InstitutionClosed):
        make_pilot(closed, PilotLevel.CITY, date(2021, 7, 1))


@pytest.mark.parametrize(
    "body",
    [
        '{"\\ud800": 1}',
        '{"as_of": "2021-11-01", "classes": {"\\udfff": {"places": 1, "enrolled": 1}}}',
        '{"as_of": "2021-11-01", "as_of": "2021-11-02", "classes": {"mixed": {"places": 1, "enrolled": 1}}}',
        '{"as_of": "20211101", "classes": {"mixed": {"places": 1, "enrolled": 1}}}',
        '{"as_of": "2021-W44-1", "classes": {"mixed": {"places": 1, "enrolled": 1}}}',
        '{"as_of": "２０２１-11-01", "classes": {"mixed": {"places": 1, "enrolled": 1}}}',
        '{"as_of": "2021-11-01\\n", "classes": {"mixed": {"places": 1, "enrolled": 1}}}',
    ],
)
def test_ambiguous_bodies_are_refused(api, body):
    before = CapacityReport.objects.count()
    assert post(api, body).status_code == 400
    assert CapacityReport.objects.count() == before


@pytest.mark.parametrize("position", ["foo", "2026-02-30", "\x00", "20261101"])
def test_forged_cursor_is_not_found(api, position):
    cursor = base64.b64encode(f"p={quote(position)}".encode()).decode()
    assert api.get(URL, {"cursor": cursor}).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/regions/%00/",
        "/institutions/%00/",
        "/api/v1/institutions/%00/capacity-reports/",
        "/figures/pilots_total/?region=%00",
        "/institutions/?q=%00",
    ],
)
def test_nul_in_an_address_is_a_bad_request(as_user, path):
    assert as_user("province").get(path).status_code == 400


@pytest.mark.parametrize("name", ["\x01名称", "\u202e名称", "\u200b\u200b", "\ue000"])
def test_invisible_names_are_refused(as_user, name):
    form = {"county": "130102", "name": name, "service_model": "social", "opened_on": "2021-01-01"}
    response = as_user("county").post(
        reverse("institution_new"), {**form, "filing_kind": "initial", "filed_on": "2021-01-02"}
    )
    assert response.status_code == 422
    assert "name" in response.context["form"].errors


def test_misspelt_environment_stops_the_start(monkeypatch):
    monkeypatch.setenv("PORTAL_ENV", "Production")
    monkeypatch.delitem(sys.modules, "portal.settings")
    with pytest.raises(ImproperlyConfigured, match="Production"):
        importlib.import_module("portal.settings")


def test_sessions_do_not_stay_open_in_a_transaction():
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("10min",)


def test_key_is_revoked_by_command(api, key):
    prefix = key.split("_")[1]
    assert f"{prefix}  valid" in run("revoke_api_key", "--institution", "SJZ-0001")
    assert run("revoke_api_key", prefix).startswith("Revoked")
    assert f"{prefix}  revoked" in run("revoke_api_key", "--institution", "SJZ-0001")
    assert api.get(URL).status_code == 401


def test_old_target_lines_stay():
    assert Target.objects.filter(region=CITY).count() == 2
    assert isinstance(Target.objects.first().recorded_at, datetime)


def test_chunked_body_is_told_to_state_its_length(key):
    client = Client(headers={"authorization": f"Bearer {key}", "transfer-encoding": "chunked"})
    response = client.post(URL, "{}", content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (411, "length_required")
