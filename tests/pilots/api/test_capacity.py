"""Capacity reports over REST: accepted, warned of, refused at the field; nothing stored when refused."""

import json
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pilots.models import CapacityReport, Institution, InstitutionKey
from pilots.operations.institutions import close_institution
from pilots.operations.keys import revoke_key
from pilots.operations.people import create_institution_key
from tests.pilots.acts import county_officer, noon

pytestmark = pytest.mark.django_db

URL = "/api/v1/institutions/SJZ-0001/capacity-reports/"
TODAY = timezone.localdate().isoformat()
BODY = {"as_of": TODAY, "classes": {"infant": {"places": 10, "enrolled": 8}, "mixed": {"places": 20, "enrolled": 12}}}


def post(api, body, url=URL):
    return api.post(url, body if isinstance(body, bytes | str) else json.dumps(body), content_type="application/json")


def errors(response):
    problem = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert set(problem) == {"type", "title", "status", "code", "detail", "errors", "request_id"}
    assert problem["status"] == response.status_code
    return {(error["pointer"], error["code"]) for error in problem["errors"]}


def stored():
    return CapacityReport.objects.count()


def test_url_is_the_published_one():
    assert reverse("api:capacity_reports", args=["SJZ-0001"]) == URL


def test_report_is_stored_and_answered(api):
    before = stored()
    response = post(api, BODY)
    report = CapacityReport.objects.latest("pk")
    assert response.status_code == 201
    assert stored() == before + 1
    assert response.json() == {
        "id": report.pk,
        "institution": "SJZ-0001",
        "as_of": TODAY,
        "recorded_at": report.recorded_at.isoformat(),
        "source": "api",
        "corrects": None,
        "reason": "",
        "classes": {
            "infant": {"places": 10, "enrolled": 8},
            "toddler": {"places": 0, "enrolled": 0},
            "older_toddler": {"places": 0, "enrolled": 0},
            "mixed": {"places": 20, "enrolled": 12},
            "unclassified": {"places": 0, "enrolled": 0},
        },
        "places": 30,
        "enrolled": 20,
        "warnings": [],
    }
    assert (report.places, report.enrolled, report.key_id) == (30, 20, InstitutionKey.objects.get().pk)


def test_report_costs_few_statements(api, django_assert_num_queries):
    statements = 7  # key, institution, savepoint, lock, same day, insert, release
    with django_assert_num_queries(statements + 1):  # and once a minute: the key's last use
        post(api, BODY)
    with django_assert_num_queries(statements):
        post(api, {**BODY, "classes": {"infant": {"places": 12, "enrolled": 8}}})


def test_more_children_than_places_is_accepted_and_warned_of(api):
    body = {"as_of": TODAY, "classes": {"infant": {"places": 5, "enrolled": 8}}}
    response = post(api, body)
    assert response.status_code == 201
    (warning,) = response.json()["warnings"]
    assert (warning["code"], warning["group"]) == ("over_capacity", "infant")
    assert warning["message"] == "infant class: 8 children are enrolled for 5 places."


def test_same_report_twice_is_one_report(api):
    before = stored()
    first, second = post(api, BODY), post(api, BODY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert stored() == before + 1


def test_list_is_newest_first(api):
    for days, places in ((0, 30), (5, 20), (2, 25)):
        as_of = (timezone.localdate() - timedelta(days=days)).isoformat()
        post(api, {"as_of": as_of, "classes": {"mixed": {"places": places, "enrolled": 1}}})
    found = api.get(URL).json()["results"]
    assert [report["places"] for report in found] == [30, 25, 20, 65]
    assert [report["as_of"] for report in found] == sorted((report["as_of"] for report in found), reverse=True)


def test_list_is_paged(api):
    institution = Institution.objects.get(number="SJZ-0001")
    first = date(2022, 1, 1)
    CapacityReport.objects.bulk_create(
        CapacityReport(institution=institution, as_of=first + timedelta(days=n), source="import", mixed_places=n)
        for n in range(60)
    )
    page = api.get(URL).json()
    assert len(page["results"]) == 50
    assert len(api.get(page["next"]).json()["results"]) == 11


NUMBERS = {"places": 10, "enrolled": 8}
REFUSED = {
    "negative": ({"infant": {"places": -1, "enrolled": 0}}, {("/classes/infant/places", "min_value")}),
    "negative enrolled": ({"infant": {"places": 1, "enrolled": -3}}, {("/classes/infant/enrolled", "min_value")}),
    "unknown group": ({"baby": NUMBERS}, {("/classes/baby", "unknown_class_group")}),
    "missing count": ({"infant": {"places": 1}}, {("/classes/infant/enrolled", "required")}),
    "text": ({"infant": {"places": "10", "enrolled": 1}}, {("/classes/infant/places", "invalid")}),
    "decimal": ({"infant": {"places": 1.5, "enrolled": 1}}, {("/classes/infant/places", "invalid")}),
    "true": ({"infant": {"places": True, "enrolled": 1}}, {("/classes/infant/places", "invalid")}),
    "null": ({"infant": {"places": None, "enrolled": 1}}, {("/classes/infant/places", "null")}),
    "far too many": ({"infant": {"places": 10**30, "enrolled": 1}}, {("/classes/infant/places", "max_value")}),
    "misspelt": (
        {"infant": {"places": 1, "enroled": 1}},
        {("/classes/infant/enrolled", "required"), ("/classes/infant/enroled", "unknown_field")},
    ),
    "two at once": (
        {"infant": {"places": -1, "enrolled": 0}, "baby": NUMBERS},
        {("/classes/infant/places", "min_value"), ("/classes/baby", "unknown_class_group")},
    ),
    "no group": ({}, {("/classes", "empty_report")}),
    "a list": ([], {("/classes", "invalid")}),
}


@pytest.mark.parametrize(("classes", "wanted"), REFUSED.values(), ids=REFUSED)
def test_wrong_counts_are_refused_at_their_field(api, classes, wanted):
    before = stored()
    response = post(api, {"as_of": TODAY, "classes": classes})
    assert response.status_code == 400
    assert errors(response) == wanted
    assert stored() == before


@pytest.mark.parametrize(
    ("as_of", "code"),
    [
        ((timezone.localdate() + timedelta(days=1)).isoformat(), "future_date"),
        ("2018-01-01", "before_opening"),
        ("2021-02-30", "invalid"),
        ("昨天", "invalid"),
        ("", "invalid"),
        (20211101, "invalid"),
        (None, "null"),
    ],
)
def test_wrong_day_is_refused_at_its_field(api, as_of, code):
    before = stored()
    response = post(api, {**BODY, "as_of": as_of})
    assert response.status_code == 400
    assert errors(response) == {("/as_of", code)}
    assert stored() == before


def test_unknown_field_is_refused(api):
    response = post(api, {**BODY, "remark": "x"})
    assert (response.status_code, errors(response)) == (400, {("/remark", "unknown_field")})


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b"[" * 100_000, b'{"as_of": NaN}', b"nothing", b"9" * 5_000])
def test_broken_json_is_refused(api, body):
    before = stored()
    response = post(api, body)
    assert response.status_code == 400
    errors(response)
    assert stored() == before


@pytest.mark.parametrize("body", ["[]", '"text"', "1", "null", "true"])
def test_json_that_is_no_object_is_refused(api, body):
    response = post(api, body)
    assert response.status_code == 400
    errors(response)


def test_ten_megabytes_are_refused(api):
    before = stored()
    response = post(api, b'{"as_of": "' + b"x" * 10_000_000 + b'"}')
    assert response.status_code == 413
    assert response.json()["code"] == "body_too_large"
    assert stored() == before


def test_other_media_types_are_refused(api):
    response = api.post(URL, {"as_of": TODAY})
    assert response.status_code == 415
    assert response.json()["code"] == "unsupported_media_type"


def test_closed_institution_is_refused(api):
    institution = Institution.objects.get(number="SJZ-0001")
    close_institution(
        institution_id=institution.pk,
        closed_on=date(2022, 1, 1),
        reason="停办",
        by=county_officer(),
        at=noon(date(2026, 1, 1)),
    )
    before = stored()
    response = post(api, BODY)
    assert response.status_code == 409
    assert errors(response) == {("/as_of", "institution_closed")}
    assert stored() == before
    assert post(api, {**BODY, "as_of": "2021-12-31"}).status_code == 201


@pytest.mark.parametrize(
    "header",
    [
        "Bearer nonsense",
        "Bearer tuoyu_000000000000_secret",
        "Bearer ",
        "Bearer tuoyu_" + "a" * 5000,
        "bearer 中文".encode().decode("latin-1"),
    ],
)
def test_wrong_key_is_refused(db, header):
    before = stored()
    response = post(Client(headers={"authorization": header}), BODY)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["code"] == "wrong_key"
    assert stored() == before


def test_right_prefix_with_another_secret_is_refused(key):
    other = create_institution_key(number="SJZ-0002", label="")[1]
    mixed = key.rsplit("_", 1)[0] + "_" + other.rsplit("_", 1)[1]
    assert post(Client(headers={"authorization": f"Bearer {mixed}"}), BODY).status_code == 401


def test_revoked_key_is_refused_and_says_so(api, key):
    assert post(api, BODY).status_code == 201
    revoke_key(key_id=InstitutionKey.objects.get().pk, reason="遗失", by=None, at=timezone.now())
    before = stored()
    response = post(api, {**BODY, "as_of": "2022-01-01"})
    assert (response.status_code, response.json()["code"]) == (401, "revoked_key")
    assert stored() == before


def test_no_key_is_refused(db):
    response = post(Client(), BODY)
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize("number", ["SJZ-0002", "SJZ-9999", "x" * 300])
def test_other_institutions_do_not_exist_for_the_key(api, number):
    before = stored()
    response = post(api, BODY, f"/api/v1/institutions/{number}/capacity-reports/")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert stored() == before


def test_messages_are_chinese_by_default(key):
    response = post(Client(headers={"authorization": f"Bearer {key}"}), {**BODY, "as_of": "2999-01-01"})
    assert response.json()["errors"][0]["detail"] == "填报日期尚未到来。"


def test_key_is_not_kept(key):
    grant = InstitutionKey.objects.select_related("key").get()
    secret = key.rsplit("_", 1)[1]
    assert secret not in (grant.key.digest, grant.key.prefix)
    assert len(grant.key.digest) == 64
