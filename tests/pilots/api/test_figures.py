"""Figures over REST, the OpenAPI document and its page."""

import pytest
from django.test import Client
from django.urls import reverse
from openapi_spec_validator import validate

from pilots.queries.figures.registry import FIGURES

pytestmark = pytest.mark.django_db

URL = "/api/v1/figures/"


def test_all_figures_by_code(api):
    body = api.get(URL, {"region": "130100", "as_of": "2021-11-01"}).json()
    assert (body["region"], body["region_name"], body["as_of"]) == ("130100", "Shijiazhuang City", "2021-11-01")
    assert set(body["figures"]) == set(FIGURES)
    assert body["figures"]["county_coverage_pct"] == {
        "value": 95.65,
        "numerator": 22,
        "denominator": 23,
        "name": "Pilot coverage of county units",
        "unit": "%",
        "version": 1,
    }


@pytest.mark.parametrize("region", ["130102", "130100", "130000"])
def test_key_reads_the_regions_its_institution_lies_in(api, region):
    assert api.get(URL, {"region": region, "as_of": "2021-11-01"}).status_code == 200


@pytest.mark.parametrize("region", ["130104", "130200", "130181"])
def test_other_regions_do_not_exist_for_the_key(api, region):
    assert api.get(URL, {"region": region, "as_of": "2021-11-01"}).status_code == 404


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"region": "999999", "as_of": "2021-11-01"}, {("/region", "unknown_region")}),
        ({"region": "石家庄", "as_of": "2021-11-01"}, {("/region", "invalid")}),
        ({"as_of": "2021-11-01"}, {("/region", "required")}),
        ({"region": "130100"}, {("/as_of", "required")}),
        ({"region": "130100", "as_of": "2021-13-01"}, {("/as_of", "invalid")}),
        ({"region": "130100", "as_of": "2999-01-01"}, {("/as_of", "future_date")}),
    ],
)
def test_wrong_query_is_refused_at_its_field(api, query, wanted):
    response = api.get(URL, query)
    assert response.status_code == 400
    assert {(error["pointer"], error["code"]) for error in response.json()["errors"]} == wanted


def test_officer_reads_over_the_session(as_user):
    response = as_user("province").get(URL, {"region": "130100", "as_of": "2021-11-01"})
    assert response.json()["figures"]["pilots_total"]["value"] == 48


def test_schema_is_valid_openapi(client):
    response = client.get("/api/v1/schema/", {"format": "json"})
    document = response.json()
    validate(document)
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == {"/api/v1/institutions/{number}/capacity-reports/", "/api/v1/figures/"}


def test_documentation_needs_no_other_host(client):
    page = client.get(reverse("api:documentation")).content.decode()
    assert "swagger-ui" in page
    assert "http://" not in page.replace("http://testserver", "")
    assert "https://" not in page


def test_unknown_address_is_a_problem():
    response = Client().get("/api/v1/nothing/")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
