"""Explanation pages."""

from datetime import date

import pytest
from django.urls import reverse

from pilots.queries.figures.registry import FIGURES
from tests.pilots.acts import compute, report

pytestmark = pytest.mark.django_db

DAY = date(2021, 11, 1)


def page(as_user, code="pilots_total", region="130100", role="province", **query):
    return as_user(role).get(reverse("figure", args=[code]), {"region": region, "as_of": "2021-11-01", **query})


@pytest.mark.parametrize("code", FIGURES)
@pytest.mark.parametrize("region", ["130000", "130100", "130172"])
def test_every_figure_has_its_page(as_user, code, region):
    response = page(as_user, code, region)
    assert response.status_code == 200
    assert str(FIGURES[code].definition) in response.content.decode().replace("&#x27;", "'")


def test_page_shows_the_records_it_counts(as_user):
    response = page(as_user)
    assert response.context["value"] == "48"
    assert response.context["record_total"] == "48 records, together 48"
    assert len(response.context["records"].object_list) == 25
    second = page(as_user, page="2").context["records"].object_list
    assert len(second) == 23


def test_records_name_their_institutions_and_link_to_them(as_user):
    text = page(as_user, "places_pilot", "130102").content.decode()
    assert "爱悦堡托育中心（长安区1店·示例）" in text
    assert "/institutions/SJZ-0002/?as_of=2021-11-01" in text
    assert ">180<" in text


def test_ratio_shows_both_lists(as_user):
    top = page(as_user, "county_coverage_pct")
    assert (top.context["numerator"]["value"], top.context["denominator"]["value"]) == ("22", "23")
    assert top.context["record_total"] == "22 records, together 22"
    bottom = page(as_user, "county_coverage_pct", part="denominator")
    assert bottom.context["record_total"] == "23 records, together 23"


def test_search_narrows_the_records(as_user):
    response = page(as_user, "places_total", q="爱悦堡")
    assert response.context["record_total"] == "3 records"
    assert all("爱悦堡" in row["label"] for row in response.context["rows"])
    assert page(as_user, "places_total", q="ayb").context["record_total"] == "3 records"
    assert "No counted record matches this search." in page(as_user, q="没有这个").content.decode()


def test_records_alone_answer_htmx(as_user):
    response = as_user("province").get(
        reverse("figure", args=["pilots_total"]),
        {"region": "130100", "as_of": "2021-11-01"},
        headers={"hx-request": "true", "hx-target": "records"},
    )
    assert "<html" not in response.content.decode()


def test_page_keeps_the_run_until_the_next_one(as_user):
    compute(DAY)
    report("SJZ-0001", DAY, 75, 42)
    assert page(as_user, "places_total").context["value"] == "17,657"
    compute(DAY)
    response = page(as_user, "places_total")
    assert response.context["value"] == "17,667"
    assert response.context["record_total"].endswith("together 17,667")


def test_trend_has_the_computed_days(as_user):
    compute(date(2021, 1, 1))
    compute(date(2021, 6, 1))
    compute(DAY)
    (series,) = page(as_user).context["trend"]["series"]
    assert series["points"] == [["2021-01-01", 44.0], ["2021-06-01", 46.0], ["2021-11-01", 48.0]]


def test_subregions_add_up(as_user):
    rows = page(as_user).context["subregions"]
    assert sum(int(row["value"]) for row in rows) == 48


@pytest.mark.parametrize(("code", "status"), [("nothing", 404), ("pilots_total", 200)])
def test_unknown_figure_is_not_found(as_user, code, status):
    assert page(as_user, code).status_code == status


def test_without_a_region_the_reader_gets_his_own(as_user):
    response = as_user("county").get(reverse("figure", args=["pilots_total"]), {"as_of": "2021-11-01"})
    assert response.context["region"]["code"] == "130102"
    assert as_user("clerk").get(reverse("figure", args=["pilots_total"])).status_code == 404
