"""Targets are set by the office above, with a reason, on top of the line that stands."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pilots.models import Region, Target, TargetProgress
from pilots.operations.refusals import DayTooEarly, FutureDay, Implausible, ReasonMissing, TargetChangedMeanwhile
from pilots.operations.targets import MAX_NUMBER, change_target, set_target
from pilots.policies.offices import offices, steers
from pilots.policies.targets import may_propose_target, may_set_target
from portal.approvals.models import Proposal
from portal.shared.refusals import NotPermitted
from tests.pilots.acts import figure, night
from tests.portal.acts import CITY, NOW, propose, standing, user

pytestmark = pytest.mark.django_db

DAY = date(2021, 11, 1)
PEOPLE = ("province", "city", "county", "reviewer", "department", "assessor", "auditor", "clerk", "system-admin")


def write(**more):
    line = standing()
    values = {"region_id": CITY, "indicator": "pilots_total", "year": 2021, "goal": 70, "reason": "追加任务", "at": NOW}
    values |= {"baseline_value": 44, "baseline_on": date(2021, 1, 1), "by": user("province"), "replaces": line.pk}
    return set_target(**{**values, **more})


def test_line_is_added_and_the_earlier_one_stays():
    before = standing()
    new = write(mandate="省年度任务", document="冀卫〔2021〕9号")
    lines = list(Target.objects.filter(region=CITY, indicator="pilots_total", year=2021).order_by("pk"))
    assert lines == [before, new]
    assert (new.goal, new.mandate, new.document, new.reason) == (70, "省年度任务", "冀卫〔2021〕9号", "追加任务")
    assert new.recorded_by == user("province")


@pytest.mark.parametrize("name", [name for name in PEOPLE if name != "province"])
def test_only_the_office_above_sets(name):
    with pytest.raises(NotPermitted):
        write(by=user(name))
    assert standing().goal == 67


def test_reason_is_needed():
    with pytest.raises(ReasonMissing) as refusal:
        write(reason=" ")
    assert refusal.value.field == "reason"


@pytest.mark.parametrize("replaces", [None, 0, 999_999])
def test_line_that_does_not_stand_is_not_replaced(replaces):
    with pytest.raises(TargetChangedMeanwhile, match="67") as refusal:
        write(replaces=replaces)
    assert refusal.value.status == 409
    with pytest.raises(TargetChangedMeanwhile):
        write(year=2025, replaces=standing().pk)


TOMORROW = timezone.localdate() + timedelta(days=1)


@pytest.mark.parametrize(
    ("wrong", "refusal", "field"),
    [
        ({"indicator": "nonsense"}, Implausible, "indicator"),
        ({"indicator": "population"}, Implausible, "indicator"),
        ({"indicator": "county_coverage_pct"}, Implausible, "indicator"),
        ({"year": 1999}, Implausible, "year"),
        ({"year": TOMORROW.year + 6}, Implausible, "year"),
        ({"baseline_on": date(1999, 12, 31)}, DayTooEarly, "baseline_on"),
        ({"baseline_on": TOMORROW}, FutureDay, "baseline_on"),
        ({"baseline_value": -1}, Implausible, "baseline_value"),
        ({"baseline_value": MAX_NUMBER + 1}, Implausible, "baseline_value"),
        ({"goal": MAX_NUMBER + 1}, Implausible, "goal"),
        ({"goal": 43}, Implausible, "goal"),
    ],
)
def test_implausible_targets_are_refused_at_their_field(wrong, refusal, field):
    before = Target.objects.count()
    replaces = None if {"indicator", "year"} & set(wrong) else standing().pk
    with pytest.raises(refusal) as found:
        write(**wrong, replaces=replaces)
    assert found.value.field == field
    with pytest.raises(refusal) as found:
        propose("province", **wrong, replaces=replaces)
    assert found.value.field == field
    assert (Target.objects.count(), Proposal.objects.count()) == (before, 0)


def test_bounds_themselves_are_accepted():
    for more in ({"goal": 44}, {"goal": MAX_NUMBER}, {"year": timezone.localdate().year + 5, "replaces": None}):
        write(**more)


def test_same_values_are_no_change():
    line = standing()
    same = {"goal": line.goal, "mandate": line.mandate, "document": line.document}
    with pytest.raises(Implausible) as refusal:
        propose(**same)
    assert refusal.value.field == "goal"
    propose(**{**same, "document": "石卫〔2021〕2号"})


def test_load_has_no_author_and_replaces_whatever_stands():
    line = write(by=None, reason="", replaces=None, goal=90)
    assert (standing(), line.recorded_by, line.reason) == (line, None, "")


# --- who ---

# By region: who proposes, and who decides. Everybody else does neither.
RIGHTS = {
    "130000": ({"province", "province2"}, {"province", "province2"}),
    "130100": ({"province", "province2", "city"}, {"province", "province2"}),
    "130102": ({"province", "province2", "city"}, {"province", "province2", "city"}),
    "130181": ({"province", "province2"}, {"province", "province2"}),
    "130200": ({"province", "province2"}, {"province", "province2"}),
    "130202": ({"province", "province2"}, {"province", "province2"}),
}


@pytest.mark.parametrize("name", [*PEOPLE, "province2", "county2", "director", "security-admin", "audit-admin"])
@pytest.mark.parametrize("code", RIGHTS)
def test_matrix_of_rights(code, name):
    region = Region.objects.select_related("parent__parent").get(pk=code)
    proposing, deciding = RIGHTS[code]
    who = user(name)
    assert who.memberships.exists()
    assert may_propose_target(who, region) == (name in proposing)
    assert may_set_target(who, region) == (name in deciding)


def test_offices_and_steering_agree():
    regions = list(Region.objects.select_related("parent__parent"))
    for name in PEOPLE:
        who = user(name)
        own = {region.code for region in regions if region.level != "county" and steers(who, region)}
        assert set(offices(who).values_list("code", flat=True)) == own
        assert len(own) == {"province": 12, "city": 1}.get(name, 0)


# --- the whole way ---


def test_change_by_city_and_province_reaches_the_dashboard_with_the_night_run(as_user):
    night(DAY + timedelta(days=1))
    assert figure("target_pilots", DAY) == 67

    proposal = propose("city", goal=72)
    night(DAY + timedelta(days=1))
    assert figure("target_pilots", DAY) == 67
    change_target.confirm(proposal_id=proposal.pk, by=user("province"), at=NOW)
    assert figure("target_pilots", DAY) == 67
    night(DAY + timedelta(days=1))

    assert figure("target_pilots", DAY) == 72
    assert TargetProgress.objects.get(target=standing(), day=DAY).actual == 48
    page = as_user("city").get("/regions/130100/", {"as_of": "2021-11-01"})
    assert {row["goal"] for row in page.context["targets"]} >= {"72"}


def test_first_target_of_a_year_needs_two_people_too():
    proposal = propose("city", year=2022, goal=80, baseline_value=48, baseline_on=DAY)
    assert standing(year=2022) is None
    change_target.confirm(proposal_id=proposal.pk, by=user("province"), at=NOW)
    assert standing(year=2022).goal == 80
    old = {change.old for change in change_target.matter.changes(change_target.shape.read(proposal.arguments))}
    assert old == {"—"}


def test_confirmation_costs_a_fixed_number_of_queries():
    counts = []
    for goal in (70, 71, 72):
        proposal = propose("city", goal=goal)
        by = user("province")
        with CaptureQueriesContext(connection) as queries:
            change_target.confirm(proposal_id=proposal.pk, by=by, at=NOW)
        counts.append(len(queries))
    assert counts == [25, 25, 25]
