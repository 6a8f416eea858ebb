"""Pages of targets: the ladder of a region and year, one target's ledger, and the form that proposes."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pilots.models import Region, Target
from pilots.operations.targets import change_target
from portal.approvals.models import Proposal
from tests.portal.acts import CITY, NOW, propose, standing, user

pytestmark = pytest.mark.django_db

LIST = reverse("targets")
DAY = "2021-11-01"
INSIDE = ["province", "province2", "city", "county", "reviewer", "department", "auditor"]
OUTSIDE = ["county2", "assessor", "clerk", "director", "system-admin", "security-admin", "audit-admin"]


def target_url(code=CITY, indicator="pilots_total", year=2021):
    return reverse("target", args=[code, indicator, year])


def propose_url(code=CITY, **query):
    found = reverse("target_propose", args=[code])
    return found + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")


FORM = propose_url(indicator="pilots_total", year=2021)


def filled(**more):
    line = standing()
    values = {"replaces": line.pk, "baseline_value": 44, "baseline_on": "2021-01-01", "goal": 72}
    return {**values, "mandate": "省年度任务", "document": "冀卫〔2021〕9号", "reason": "省里追加任务", **more}


# --- list ---


def test_list_shows_the_ladder_with_its_sums(as_user):
    groups = as_user("city").get(LIST, {"as_of": DAY}).context["groups"]
    assert [(group["code"], len(group["rows"])) for group in groups] == [("pilots_total", 24), ("places_pilot", 24)]
    own = groups[0]["rows"][0]
    assert (own["region"], own["baseline"], own["goal"], own["actual"], own["status"]) == (
        "Shijiazhuang City",
        "44",
        "67",
        "48",
        "behind",
    )
    assert [(group["sum"], group["sum_sign"]) for group in groups] == [("67", "met"), ("5,069", "met")]


@pytest.mark.parametrize(("goal", "words"), [(70, "3 less"), (60, "7 more")])
def test_gap_in_the_ladder_is_said(as_user, goal, words):
    change_target.confirm(proposal_id=propose("city", goal=goal).pk, by=user("province"), at=NOW)
    group = as_user("city").get(LIST, {"as_of": DAY}).context["groups"][0]
    assert group["sum_sign"] == "at_risk"
    assert group["sum_said"].startswith(words)


def test_list_of_the_province_and_of_a_county(as_user):
    province = as_user("province").get(LIST, {"region": "130000", "as_of": DAY}).context["groups"]
    assert [group["code"] for group in province] == ["pilots_total", "places_pilot", "pilots_provincial_new"]
    assert "no target" in province[0]["sum_said"]
    county = as_user("county").get(LIST, {"as_of": DAY})
    assert county.context["region"]["code"] == "130102"
    assert [len(group["rows"]) for group in county.context["groups"]] == [1, 1]
    assert county.context["propose_url"] == ""


@pytest.mark.parametrize("name", INSIDE + OUTSIDE)
def test_list_is_scoped(as_user, name):
    status = as_user(name).get(LIST, {"region": "130102", "as_of": DAY}).status_code
    assert status == (200 if name in INSIDE else 404)
    assert as_user(name).get(target_url("130102")).status_code == status
    own = as_user(name).get(LIST).status_code
    assert own == (200 if name in [*INSIDE, "county2"] else 404)
    offered = {"province": 12, "province2": 12, "auditor": 12, "city": 1}
    if status == 200:
        assert len(as_user(name).get(LIST).context["areas"]) == offered.get(name, 1)


def test_list_costs_the_same_for_one_and_three_children(as_user):
    client = as_user("province")
    counts = []
    for codes in ([], ["130200"], ["130300", "130400"]):
        for code in codes:
            Target.objects.create(
                region_id=code, indicator="pilots_total", year=2021, baseline_value=0, baseline_on="2021-01-01", goal=9
            )
            propose("province2", region=code, goal=10)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(LIST, {"region": "130000", "as_of": DAY})
        counts.append(len(queries))
    assert len(page.context["proposals"]) == 3
    assert counts == [15, 15, 15]


@pytest.mark.parametrize(
    ("year", "shown"),
    [("2020", 2020), ("2022", 2022), ("abc", 2021), ("99999", 2021), ("", 2021), ("٢٠٢٠", 2021), ("1999", 2021)],
)
def test_year_can_be_chosen(as_user, year, shown):
    page = as_user("city").get(LIST, {"year": year, "as_of": DAY})
    assert (page.status_code, page.context["year"]) == (200, shown)
    assert bool(page.context["groups"]) == (shown == 2021)
    assert shown in {choice["year"] for choice in page.context["years"]}


def test_day_of_a_year_that_is_over_is_its_last(as_user):
    page = as_user("city").get(LIST, {"year": 2021, "as_of": "2022-03-01"})
    assert page.context["as_of"] == date(2021, 12, 31)
    assert as_user("city").get(LIST, {"as_of": "nonsense"}).status_code == 422


def test_open_proposals_stand_above_the_list(as_user):
    proposal = propose("city", region="130102", goal=12)
    client = as_user("province")
    rows = client.get(LIST, {"region": CITY, "as_of": DAY}).context["proposals"]
    assert [row["url"] for row in rows] == [reverse("proposal", args=[proposal.pk])]
    assert client.get(LIST, {"region": CITY, "year": 2022}).context["proposals"] == []
    change_target.withdraw(proposal_id=proposal.pk, by=user("city"), at=NOW)
    assert client.get(LIST, {"region": CITY, "as_of": DAY}).context["proposals"] == []


# --- one target ---


def test_ledger_keeps_every_line_with_who_and_why(as_user):
    first = propose("city", goal=72)
    change_target.confirm(proposal_id=first.pk, by=user("province"), at=NOW)
    failed = propose("province", goal=90)
    change_target.refuse(proposal_id=failed.pk, by=user("province2"), at=NOW, reason="不切实际")
    waiting = propose("city", goal=75)
    context = as_user("city").get(target_url(), {"as_of": DAY}).context
    new, loaded = context["ledger"]
    assert (new["goal"], new["reason"], new["status_label"]) == ("72", "省里追加任务", "in effect")
    assert (new["proposer"], new["confirmer"]) == (str(user("city")), str(user("province")))
    assert (loaded["goal"], loaded["proposer"], loaded["status_label"]) == ("67", "—", "replaced")
    assert [(row["goal"], row["reason"]) for row in context["failed"]] == [("90", "不切实际")]
    assert context["open_proposal"]["url"] == reverse("proposal", args=[waiting.pk])
    assert [metric["value"] for metric in context["metrics"]] == ["44", "72", "48", "14.29 %"]


def test_target_without_a_line_says_so(as_user):
    page = as_user("province").get(target_url(year=2030))
    assert (page.status_code, page.context["ledger"], page.context["metrics"]) == (200, [], [])
    for address in (target_url(indicator="nonsense"), target_url(year=1999), target_url(year=99999999999)):
        assert as_user("province").get(address).status_code == 404


def test_target_at_its_goal_and_without_growth(as_user):
    Target.objects.create(
        region_id=CITY, indicator="pilots_total", year=2021, baseline_value=48, baseline_on="2021-11-01", goal=48
    )
    context = as_user("city").get(target_url(), {"as_of": DAY}).context
    assert (context["metrics"][2]["sub"], context["metrics"][3]["value"]) == ("reached", "—")
    assert context["status"] == "met"


# --- form ---


@pytest.mark.parametrize("name", INSIDE + OUTSIDE)
def test_form_opens_to_officers_of_city_and_province(as_user, name):
    wanted = 404 if name in OUTSIDE else 200 if name in {"province", "province2", "city"} else 403
    for query in ({}, {"indicator": "pilots_total", "year": 2021}):
        assert as_user(name).get(propose_url("130102", **query)).status_code == wanted
    answer = as_user(name).post(propose_url("130102", indicator="pilots_total", year=2021), filled())
    assert answer.status_code == (422 if wanted == 200 else wanted)
    assert not Proposal.objects.exists()


def test_city_proposes_for_no_other_city(as_user):
    assert Region.objects.filter(pk="130200").exists()
    assert as_user("city").get(propose_url("130200")).status_code == 404
    assert as_user("city").get(propose_url("130000")).status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"indicator": "nonsense", "year": 2021}, "indicator"),
        ({"indicator": "population", "year": 2021}, "indicator"),
        ({"indicator": "", "year": 2021}, "indicator"),
        ({"indicator": "pilots_total", "year": 1999}, "year"),
        ({"indicator": "pilots_total", "year": 99999999999}, "year"),
        ({"indicator": "pilots_total", "year": "abc"}, "year"),
    ],
)
def test_choice_is_checked_at_its_field(as_user, query, field):
    page = as_user("city").get(propose_url(**query))
    assert page.status_code == 422
    assert field in page.context["form"].errors


def test_form_is_filled_in_with_the_target_or_the_figure(as_user):
    form = as_user("city").get(FORM).context["form"]
    assert (form["goal"].value(), form["baseline_value"].value(), form["replaces"].value()) == (67, 44, standing().pk)
    first = as_user("city").get(propose_url(indicator="pilots_total", year=2022)).context["form"]
    assert (first["baseline_value"].value(), first["baseline_on"].value()) == (48, date(2022, 1, 1))
    assert (first["goal"].value(), first["replaces"].value()) == (None, None)
    ahead = as_user("city").get(propose_url(indicator="pilots_total", year=timezone.localdate().year + 1))
    assert ahead.context["form"]["baseline_on"].value() == timezone.localdate()


def test_proposal_by_form(as_user):
    answer = as_user("city").post(FORM, filled())
    proposal = Proposal.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("proposal", args=[proposal.pk]))
    assert proposal.arguments == {
        "region_id": CITY,
        "indicator": "pilots_total",
        "year": 2021,
        "baseline_value": 44,
        "baseline_on": "2021-01-01",
        "goal": 72,
        "mandate": "省年度任务",
        "document": "冀卫〔2021〕9号",
        "replaces": standing().pk,
    }
    assert (proposal.reason, proposal.proposed_by, proposal.place, proposal.office) == (
        "省里追加任务",
        user("city"),
        CITY,
        "130000",
    )
    assert standing().goal == 67


TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"goal": ""}, "goal"),
        ({"goal": "43"}, "goal"),
        ({"goal": "-1"}, "goal"),
        ({"goal": "100000000"}, "goal"),
        ({"goal": "七十"}, "goal"),
        ({"baseline_value": "99999999999999999999"}, "baseline_value"),
        ({"baseline_on": TOMORROW}, "baseline_on"),
        ({"baseline_on": "0001-01-01"}, "baseline_on"),
        ({"baseline_on": "2021-02-30"}, "baseline_on"),
        ({"mandate": "长" * 101}, "mandate"),
        ({"document": "a\u202eb"}, "document"),
        ({"reason": ""}, "reason"),
        ({"reason": "  \n "}, "reason"),
        ({"reason": "长" * 501}, "reason"),
    ],
)
def test_wrong_input_comes_back_whole_with_a_message_at_its_field(as_user, wrong, field):
    values = filled(**wrong)
    page = as_user("city").post(FORM, values)
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {field}
    for name, value in values.items():
        assert page.context["form"][name].value() == str(value), name
    assert not Proposal.objects.exists()


def test_stale_form_says_so_keeps_the_input_and_can_be_sent_again(as_user):
    values = filled(goal="72")
    line = Target.objects.create(
        region_id=CITY, indicator="pilots_total", year=2021, baseline_value=44, baseline_on="2021-01-01", goal=80
    )
    client = as_user("city")
    page = client.post(FORM, values)
    form = page.context["form"]
    assert page.status_code == 422
    assert "80" in str(form.non_field_errors())
    assert page.context["standing"]["goal"] == "80"
    assert (form["goal"].value(), form["reason"].value()) == ("72", "省里追加任务")
    assert form["replaces"].value() == str(line.pk)
    assert not Proposal.objects.exists()
    assert client.post(FORM, {**values, "replaces": form["replaces"].value()}).status_code == 302
    assert Proposal.objects.get().arguments["replaces"] == line.pk


def test_second_proposal_is_refused_with_the_first_in_sight(as_user):
    client = as_user("city")
    assert client.post(FORM, filled()).status_code == 302
    page = client.post(FORM, filled(goal="73"))
    assert page.status_code == 422
    assert str(user("city")) in str(page.context["form"].non_field_errors())
    assert page.context["form"]["goal"].value() == "73"
    assert len(page.context["waiting"]) == 1
    assert Proposal.objects.count() == 1


def test_the_whole_way_in_two_browsers(as_user):
    city, province = as_user("city"), as_user("province")
    where = city.post(FORM, filled(goal="72"))["Location"]
    assert city.post(where, {"move": "confirm"}).status_code == 403
    assert province.post(where, {"move": "confirm"}).status_code == 302
    context = province.get(LIST, {"region": CITY, "as_of": DAY}).context
    assert context["groups"][0]["rows"][0]["goal"] == "72"
    assert context["proposals"] == []
