"""Dashboards."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pilots.models import Target
from tests.pilots.acts import compute, report

pytestmark = pytest.mark.django_db

DAY = date(2021, 11, 1)


def url(code="130100"):
    return reverse("region", args=[code])


def page(as_user, role="province", code="130100", **query):
    return as_user(role).get(url(code), {"as_of": "2021-11-01", **query})


@pytest.mark.parametrize(("region", "children"), [("130000", 13), ("130100", 23), ("130102", 0)])
@pytest.mark.parametrize("computed", [True, False])
def test_page_costs_at_most_12_queries_for_any_region(as_user, region, children, computed):
    if computed:
        compute(DAY)
        compute(date(2020, 11, 1))
    client = as_user("province")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(url(region), {"as_of": "2021-11-01"})
    assert len(response.context["children"]) == children
    assert len(queries) <= (12 if computed else 20), [query["sql"][:100] for query in queries]


def test_home_opens_the_reference_case(as_user):
    for role, region in (("province", "130100"), ("city", "130100"), ("auditor", "130100")):
        response = as_user(role).get("/")
        assert response["Location"] == f"/regions/{region}/?as_of=2021-11-01"
    assert as_user("county").get("/")["Location"] == "/regions/130102/"
    assert as_user("clerk").get("/")["Location"] == "/institution/"
    assert as_user("system-admin").get("/").status_code == 200


def test_map_has_every_county_unit_with_the_chosen_figure(as_user):
    data = page(as_user, map="places_pilot").context["map_data"]
    assert data["figure"]["code"] == "places_pilot"
    assert sum(region["value"] for region in data["regions"]) == 3104
    zones = [region["code"] for region in data["regions"] if region["is_zone"]]
    assert (len(data["regions"]), zones) == (23, ["130171", "130172"])


def test_map_of_the_province_has_190_county_units(as_user):
    assert len(page(as_user, code="130000").context["map_data"]["regions"]) == 190


def test_map_alone_answers_htmx(as_user):
    response = as_user("province").get(
        url(), {"as_of": "2021-11-01", "map": "places_pilot"}, headers={"hx-request": "true", "hx-target": "map-panel"}
    )
    assert next(template.name for template in response.templates) == "pilots/regions/_map.html"
    assert "HX-Request" in response["Vary"]
    assert "<html" not in response.content.decode()


def test_unknown_map_figure_falls_back(as_user):
    assert page(as_user, map="<script>").context["map_data"]["figure"]["code"] == "pilots_total"


@pytest.mark.parametrize(
    ("sort", "first"),
    [("code", "130102"), ("-code", "130184"), ("places_total", "130172"), ("-places_total", "130123")],
)
def test_table_sorts(as_user, sort, first):
    rows = page(as_user, sort=sort).context["children"]
    assert len(rows) == 23
    if sort == "-places_total":
        first = max(rows, key=lambda row: int(row["cells"][2].replace(",", "")))["code"]
    assert rows[0]["code"] == first


def test_change_is_against_a_year_ago(as_user):
    groups = page(as_user).context["metric_groups"]
    metrics = {metric["code"]: metric for group in groups for metric in group["metrics"]}
    assert (metrics["pilots_total"]["change"], metrics["pilots_total"]["change_direction"]) == (
        "+4 on a year ago",
        "up",
    )
    assert metrics["places_total"]["change"] == "as a year ago"


def test_targets_show_pace(as_user):
    pilots, places = page(as_user).context["targets"]
    pilots, places = sorted([pilots, places], key=lambda row: row["unit"])
    assert (pilots["actual"], pilots["goal"], pilots["share_text"], pilots["status"]) == (
        "48",
        "67",
        "71.64 %",
        "behind",
    )
    assert (places["actual"], places["goal"], places["share_text"], places["status"]) == (
        "3,104",
        "5,069",
        "61.23 %",
        "behind",
    )
    assert pilots["time_share"] == "83.56"


def test_attention_names_the_unit_without_a_pilot(as_user):
    first = page(as_user).context["attention"][0]
    assert (first["label"], first["status_label"]) == ("Shijiazhuang Circular Chemical Industry Park", "No pilot")


def test_attention_names_institutions_over_capacity(as_user):
    report("SJZ-0001", DAY, 10, 20)
    shown = page(as_user, code="130102").context["attention"]
    assert [row["text"] for row in shown if row["status_label"] == "Over capacity"] == [
        "1 institution states more children than places."
    ]


@pytest.mark.parametrize("typed", ["2999-01-01", "gestern", "2021-02-30", "1999-12-31", "' OR 1=1"])
def test_day_that_cannot_be_shown_is_said_at_its_field(as_user, typed):
    response = as_user("province").get(url(), {"as_of": typed})
    assert response.status_code == 422
    assert response.context["as_of_error"]
    assert response.context["as_of_typed"] == typed
    assert response.context["as_of"] == DAY
    assert response.context["as_of_error"] in response.content.decode().replace("&#x27;", "'")


def test_today_is_read_from_the_register(as_user):
    today = timezone.localdate()
    report("SJZ-0001", today, 80, 40)
    response = as_user("province").get(url(), {"as_of": today.isoformat()})
    assert response.context["stamp"] == "read from the register just now"
    assert "17,672" in response.content.decode()


def test_region_without_targets_or_records_shows_empty_states(as_user):
    response = page(as_user, code="130200")
    text = response.content.decode()
    assert "No target is set for this area and day." in text
    assert response.context["children"][0]["cells"][5] == "—"


def test_leap_day_compares_with_28_february(as_user):
    assert as_user("province").get(url(), {"as_of": "2024-02-29"}).status_code == 200


def test_unknown_region_is_not_found(as_user):
    assert as_user("province").get(url("999999")).status_code == 404


def test_page_is_chinese_by_default(as_user):
    client = as_user("province")
    del client.defaults["HTTP_ACCEPT_LANGUAGE"]
    text = client.get(url(), {"as_of": "2021-11-01"}).content.decode()
    assert '<html lang="zh-hans">' in text
    assert "试点覆盖率" in text
    assert "Pilots and coverage" not in text


def test_target_changed_later_replaces_the_earlier_line(as_user):
    old = Target.objects.get(region="130100", indicator="pilots_total")
    Target.objects.create(
        region=old.region,
        indicator=old.indicator,
        year=2021,
        baseline_value=44,
        baseline_on=old.baseline_on,
        goal=70,
        reason="调整",
    )
    goals = {row["goal"] for row in page(as_user).context["targets"]}
    assert goals == {"70", "5,069"}


def test_year_without_targets_has_none(as_user):
    response = as_user("province").get(url(), {"as_of": (DAY - timedelta(days=365)).isoformat()})
    assert response.context["targets"] == []


def test_trail_of_a_region_is_read_when_it_is_asked_for(as_user):
    closed = page(as_user, as_of="2021-11-01")
    assert "timeline" not in closed.context
    assert closed.context["timeline_asked"] == "?as_of=2021-11-01&trail=on#timeline"
    asked = page(as_user, as_of="2021-11-01", trail="on")
    assert [event.what for event in asked.context["timeline"]]
    assert b'<details class="fold" open>' in asked.content
