"""What a key opens over REST, what is wrong with it, what strangers learn, and what it costs."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone
from django.utils.http import http_date, parse_http_date
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from pilots.api.permissions import ScopeMissing
from pilots.api.software import SoftwareView
from pilots.models import CapacityReport, InstitutionKey
from pilots.operations.keys import revoke_key, rotate_key
from portal.accounts.models import ApiKey
from portal.accounts.scopes import ALL_SCOPES, Scope
from portal.shared.audience import Audience, routes
from tests.pilots.acts import make_key, make_operator_key, sends

pytestmark = pytest.mark.django_db

REPORTS = "/api/v1/institutions/SJZ-0001/capacity-reports/"
FIGURES = "/api/v1/figures/"
QUERY = {"region": "130102", "as_of": "2021-11-01"}
BODY = {"as_of": timezone.localdate().isoformat(), "classes": {"mixed": {"places": 20, "enrolled": 12}}}


def post(client, url=REPORTS, body=BODY, **extra):
    return client.post(url, json.dumps(body), content_type="application/json", **extra)


def problem(response):
    return response.status_code, response.json()["code"]


CALLS = {
    "capacity.write": post,
    "capacity.read": lambda client: client.get(REPORTS),
    "figures.read": lambda client: client.get(FIGURES, QUERY),
}


@pytest.mark.parametrize("needed", CALLS)
@pytest.mark.parametrize("held", [*Scope])
def test_each_call_needs_its_scope(held, needed):
    client, before = sends(make_key(scopes=(held,)).text), CapacityReport.objects.count()
    response = CALLS[needed](client)
    if held == needed:
        assert response.status_code in (200, 201)
    else:
        assert problem(response) == (403, "scope_missing")
        assert needed in response.json()["detail"]
        assert CapacityReport.objects.count() == before


def test_reading_the_head_needs_the_scope_to_read():
    assert sends(make_key(scopes=(Scope.CAPACITY_READ,)).text).head(REPORTS).status_code == 200
    assert sends(make_key(scopes=(Scope.CAPACITY_WRITE,)).text).head(REPORTS).status_code == 403


def test_methods_that_do_not_exist_are_said_so():
    client = sends(make_key(scopes=(Scope.FIGURES_READ,)).text)
    assert client.put(REPORTS).status_code == 405
    assert client.options(REPORTS).status_code == 200


def test_people_need_no_scope(as_user):
    assert as_user("county").get(REPORTS).status_code == 200
    assert as_user("clerk").get(FIGURES, QUERY).status_code == 200


def test_every_call_for_software_declares_a_scope_for_every_method():
    views = [view for _name, view in routes() if getattr(view, "audience", None) == Audience.API]
    assert len(views) >= 2
    assert all(issubclass(view.cls, SoftwareView) for view in views)


def test_call_without_a_scope_stops_the_start():
    class Forgetful(SoftwareView):
        scopes = {"GET": Scope.FIGURES_READ}

        def get(self, request):
            """Declared."""

        def post(self, request):
            """Forgotten."""

    with pytest.raises(ImproperlyConfigured, match="Forgetful declares no scope for POST"):
        Forgetful.as_view()


def test_call_that_is_no_software_view_is_closed_to_keys():
    class Plain(APIView):
        def get(self, request):
            return Response({"open": True})

    request = APIRequestFactory().get("/", headers={"authorization": f"Bearer {make_key().text}"})
    response = login_not_required(Plain.as_view())(request)
    assert (response.status_code, response.data["code"]) == (403, ScopeMissing.default_code)


def test_expired_key_is_refused_and_says_so():
    issued = make_key(days=10)
    assert post(sends(issued.text)).status_code == 201
    moment = timezone.now() - timedelta(seconds=1)
    ApiKey.objects.update(created_at=moment - timedelta(days=10), expires_at=moment)
    before = CapacityReport.objects.count()
    response = post(sends(issued.text), body={**BODY, "as_of": "2022-01-01"})
    assert problem(response) == (401, "expired_key")
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert timezone.localdate(moment).isoformat() in response.json()["detail"]
    assert CapacityReport.objects.count() == before


@pytest.mark.parametrize(
    ("ranges", "address", "status"),
    [
        ((), "203.0.113.5", 200),
        (("203.0.113.0/24",), "203.0.113.5", 200),
        (("203.0.113.0/24",), "::ffff:203.0.113.5", 200),
        (("203.0.113.5",), "203.0.113.5", 200),
        (("198.51.100.0/24", "2001:db8::/32"), "2001:db8::5", 200),
        (("203.0.113.0/24",), "203.0.114.5", 403),
        (("203.0.113.0/24",), "2001:db8::5", 403),
        (("203.0.113.0/24",), "", 403),
    ],
)
def test_key_is_bound_to_its_addresses(ranges, address, status):
    client = sends(make_key(addresses=ranges).text)
    response = client.get(REPORTS, REMOTE_ADDR=address)
    assert response.status_code == status
    if status == 403:
        assert problem(response) == (403, "address_not_allowed")
        assert (address or "0.0.0.0") in response.json()["detail"]


def test_address_written_by_the_caller_proves_nothing(settings):
    client = sends(make_key(addresses=("203.0.113.5",)).text, **{"x-forwarded-for": "203.0.113.5"})
    assert client.get(REPORTS).status_code == 403
    settings.TRUSTED_PROXIES = 1
    assert client.get(REPORTS).status_code == 200
    assert client.get(REPORTS, headers={"x-forwarded-for": "203.0.113.5, 198.51.100.1"}).status_code == 403


def test_strangers_learn_nothing_of_a_key():
    """A wrong secret gets the same answer whatever has become of the key, and so does a key that never was."""
    now = timezone.now()
    valid, revoked, expired = make_key(), make_key(), make_key(days=1, at=now - timedelta(days=2))
    bound = make_key(addresses=("203.0.113.5",))
    revoke_key(key_id=revoked.grant.pk, reason="遗失", by=None, at=timezone.now())
    told = {problem(sends(each.text).get(REPORTS))[1] for each in (revoked, expired, bound)}
    assert told == {"revoked_key", "expired_key", "address_not_allowed"}
    answers = set()
    for prefix in (*(each.grant.key.prefix for each in (valid, revoked, expired, bound)), "0" * 12):
        body = sends(f"tuoyu_{prefix}_{'x' * 43}").get(REPORTS).json()
        answers.add(json.dumps({**body, "request_id": ""}))
    assert len(answers) == 1
    assert json.loads(answers.pop())["code"] == "wrong_key"


def test_digest_of_nothing_opens_nothing():
    make_key()
    assert problem(sends("tuoyu_000000000000_").get(REPORTS)) == (401, "wrong_key")


def test_use_is_noted_with_its_address():
    issued = make_key()
    before = timezone.now()
    assert sends(issued.text).get(REPORTS, REMOTE_ADDR="::ffff:203.0.113.5").status_code == 200
    key = ApiKey.objects.get()
    assert before <= key.last_used_at <= timezone.now()
    assert key.last_used_from == "203.0.113.5"


def test_calls_that_are_turned_away_are_no_use():
    revoked, bound = make_key(), make_key(addresses=("203.0.113.5",))
    narrow = make_key(scopes=(Scope.CAPACITY_READ,))
    revoke_key(key_id=revoked.grant.pk, reason="遗失", by=None, at=timezone.now())
    for issued in (revoked, bound, narrow):
        assert post(sends(issued.text)).status_code in (401, 403)
    sends(narrow.text[:-1] + "x").get(REPORTS)
    assert set(ApiKey.objects.values_list("last_used_at", flat=True)) == {None}


def test_expiry_stands_in_every_answer_to_a_key(as_user):
    issued = make_key(days=20)
    expires = issued.grant.key.expires_at
    for response in (
        sends(issued.text).get(REPORTS),
        post(sends(issued.text)),
        post(sends(issued.text), body={}),
        sends(issued.text).get("/api/v1/institutions/SJZ-0002/capacity-reports/"),
    ):
        assert response["X-API-Key-Expires"] == http_date(expires.timestamp())
    assert parse_http_date(http_date(expires.timestamp())) == int(expires.timestamp())
    assert "X-API-Key-Expires" not in sends("tuoyu_000000000000_x").get(REPORTS)
    assert "X-API-Key-Expires" not in Client().get(REPORTS)
    assert "X-API-Key-Expires" not in as_user("county").get(REPORTS)


@pytest.mark.parametrize(("days", "codes"), [(30, ["key_expires_soon"]), (31, [])])
def test_report_warns_of_a_key_that_expires_soon(days, codes):
    response = post(sends(make_key(days=days).text))
    assert response.status_code == 201
    assert [warning["code"] for warning in response.json()["warnings"]] == codes


def test_both_keys_work_during_the_overlap():
    old, now = make_key(), timezone.now()
    new = rotate_key(key_id=old.grant.pk, days=365, overlap_days=7, by=None, at=now)
    assert [sends(each.text).get(REPORTS).status_code for each in (old, new)] == [200, 200]
    ApiKey.objects.filter(pk=old.grant.pk).update(expires_at=now)
    assert problem(sends(old.text).get(REPORTS)) == (401, "expired_key")
    assert sends(new.text).get(REPORTS).status_code == 200


def test_operator_key_opens_the_operators_institutions_only():
    client = sends(make_operator_key().text)
    found = {
        number: post(client, f"/api/v1/institutions/{number}/capacity-reports/").status_code
        for number in ("SJZ-0001", "SJZ-0002", "SJZ-0089", "SJZ-0135")
    }
    assert found == {"SJZ-0001": 404, "SJZ-0002": 201, "SJZ-0089": 201, "SJZ-0135": 201}
    report = CapacityReport.objects.latest("pk")
    assert (report.institution.number, report.key_id) == ("SJZ-0135", InstitutionKey.objects.get().pk)


@pytest.mark.parametrize(
    ("region", "status"), [("130102", 200), ("130105", 200), ("130108", 200), ("130100", 200), ("130104", 404)]
)
def test_operator_key_reads_the_regions_its_institutions_lie_in(region, status):
    assert sends(make_operator_key().text).get(FIGURES, {**QUERY, "region": region}).status_code == status


def test_operator_key_costs_one_query_more(django_assert_num_queries):
    client, url = sends(make_operator_key().text), "/api/v1/institutions/SJZ-0002/capacity-reports/"
    post(client, url)
    with django_assert_num_queries(8):  # key, its institutions, institution, savepoint, lock, same day, insert, release
        post(client, url, {**BODY, "classes": {"mixed": {"places": 30, "enrolled": 12}}})


def test_wrong_keys_cost_one_query_and_soon_none(django_assert_num_queries, settings):
    settings.WRONG_KEYS_A_MINUTE = 3
    client = sends("tuoyu_000000000000_wrong")
    for _ in range(3):
        with django_assert_num_queries(1):
            assert problem(client.get(REPORTS)) == (401, "wrong_key")
    with django_assert_num_queries(0):
        response = client.get(REPORTS)
    assert problem(response) == (429, "too_many_wrong_keys")
    assert response["Retry-After"] == "60"
    assert client.get(REPORTS, REMOTE_ADDR="203.0.113.5").status_code == 401


def test_wrong_keys_of_a_neighbour_do_not_shut_an_institution_out(settings):
    settings.WRONG_KEYS_A_MINUTE = 2
    working, other = make_key(), make_key()
    assert sends(working.text).get(REPORTS).status_code == 200
    for _ in range(5):
        sends("nonsense").get(REPORTS)
    assert sends(working.text).get(REPORTS).status_code == 200
    assert problem(sends(other.text).get(REPORTS)) == (429, "too_many_wrong_keys")
    assert problem(sends(working.text[:-1]).get(REPORTS)) == (401, "wrong_key")
    assert sends(other.text).get(REPORTS, REMOTE_ADDR="203.0.113.5").status_code == 200


def test_openapi_names_the_scope_of_each_call():
    schema = Client().get("/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi+json"}).json()
    reports = schema["paths"]["/api/v1/institutions/{number}/capacity-reports/"]
    for operation, scope in (
        (reports["post"], "capacity.write"),
        (reports["get"], "capacity.read"),
        (schema["paths"]["/api/v1/figures/"]["get"], "figures.read"),
    ):
        assert {"apiKey": [scope]} in operation["security"]
        assert f"`{scope}`" in operation["description"]
        assert {"401", "403", "429"} <= set(operation["responses"])
        success = operation["responses"].get("201") or operation["responses"]["200"]
        assert "X-API-Key-Expires" in success["headers"]
    assert {scope.value for scope in ALL_SCOPES} == set(CALLS)
