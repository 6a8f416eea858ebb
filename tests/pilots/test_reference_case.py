"""The article's figures, from the records, at the article's region and day."""

import json
from datetime import date

import pytest
from django.urls import reverse

from pilots.models import Region
from pilots.operations.reference import REFERENCE
from pilots.queries.figures.explaining import explain
from pilots.queries.figures.reading import read
from pilots.queries.figures.registry import FIGURES
from pilots.queries.figures.statements import statement, values

pytestmark = pytest.mark.django_db

DAY = date(2021, 11, 1)
ARTICLE = json.loads((REFERENCE / "article_figures.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("stated", ARTICLE, ids=lambda stated: stated["id"])
def test_figure_equals_the_article(stated):
    region = Region.objects.get(pk=stated["scope"])
    assert values(read(region, DAY))[stated["id"]] == stated["value"]


def test_article_has_all_29_figures():
    assert len(ARTICLE) == 29


def test_targets_and_progress_of_the_city():
    found = values(read(Region.objects.get(pk="130100"), DAY))
    wanted = {
        "target_pilots_base": 44,
        "target_pilots": 67,
        "target_pilots_progress_pct": 71.64,
        "target_pilots_growth_pct": 17.39,
        "target_places_base": 3104,
        "target_places": 5069,
        "target_places_progress_pct": 61.23,
        "community_pilots": 3,
        "community_pilot_places": 160,
        "utilisation_pct": 47.58,
        "utilisation_pilot_pct": 53.51,
        "places_per_1000": 1.66,
    }
    assert {code: found[code] for code in wanted} == wanted


def test_year_began_with_44_pilots():
    found = values(read(Region.objects.get(pk="130100"), date(2021, 1, 1)))
    assert (found["pilots_total"], found["places_pilot"], found["counties_covered"]) == (44, 2864, 21)


def test_county_targets_add_up_to_the_city():
    counties = Region.objects.filter(parent="130100")
    readings = [values(read(county, DAY)) for county in counties]
    assert sum(each["target_pilots"] for each in readings) == 67
    assert sum(each["target_places"] for each in readings) == 5069


@pytest.mark.parametrize("region", ["130000", "130100", "130102", "130172"])
@pytest.mark.parametrize("code", FIGURES)
def test_explanation_adds_up_to_the_figure(code, region):
    stated = statement(explain(FIGURES[code], Region.objects.get(pk=region), DAY))
    if stated["value"] is None:
        assert stated["records"] == []
        return
    assert sum(record["value"] for record in stated["records"]) == stated["numerator"]
    assert len(stated["records"]) == stated["records_count"]
    if stated["denominator"] is None:
        assert stated["numerator"] == stated["value"]
    else:
        assert sum(record["value"] for record in stated["denominator_records"]) == stated["denominator"]


def test_explanation_lists_the_very_pilots():
    stated = statement(explain(FIGURES["pilots_total"], Region.objects.get(pk="130104"), DAY))
    assert [record["code"] for record in stated["records"]] == [
        "SJZ-0045",
        "SJZ-0046",
        "SJZ-0047",
        "SJZ-0048",
        "SJZ-0049",
    ]


def test_page_shows_the_article(as_user):
    page = as_user("province").get(reverse("region", args=["130100"]), {"as_of": "2021-11-01"}).content.decode()
    shown = [
        "48",
        "6",
        "4",
        "95.65",
        "17,657",
        "3,104",
        "8,402",
        "1,661",
        "1,862",
        "400",
        "12,545",
        "71",
        "26",
        "1,306",
    ]
    shown += ["795", "30", "1,630", "13", "843", "71.64 %", "61.23 %", "22 / 23"]
    assert [text for text in shown if f">{text}<" not in page] == []
    assert "/ 67 pilots<" in page
    assert "/ 5,069 places<" in page


def test_api_shows_the_article(api):
    found = api.get(reverse("api:figures"), {"region": "130100", "as_of": "2021-11-01"}).json()["figures"]
    city = [stated for stated in ARTICLE if stated["scope"] == "130100"]
    assert {s["id"]: found[s["id"]]["value"] for s in city} == {s["id"]: s["value"] for s in city}


def test_xinji_counts_for_the_province_and_not_for_shijiazhuang():
    xinji = Region.objects.get(pk="130181")
    counties = {
        region: set(Region.objects.counties_within(region).values_list("pk", flat=True))
        for region in ("130000", "130100")
    }
    assert xinji.parent_id == "130000"
    assert "130181" in counties["130000"]
    assert "130181" not in counties["130100"]
    assert len(counties["130100"]) == 23
    assert len(counties["130000"]) == 190
