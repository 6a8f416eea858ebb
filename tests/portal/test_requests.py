"""Request ids, failures, security headers, language."""

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from portal import failures
from portal.shared.refusals import DomainErrorMiddleware, NotPermitted

pytestmark = pytest.mark.django_db


def test_callers_harmless_id_is_taken_over(client):
    assert client.get(reverse("live"), headers={"x-request-id": "vendor-0001"})["X-Request-ID"] == "vendor-0001"


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "with space", "line\nbreak", "<script>alert(1)</script>"])
def test_any_other_id_is_replaced(client, given):
    answered = client.get(reverse("live"), headers={"x-request-id": given})["X-Request-ID"]
    assert answered != given
    assert len(answered) == 32


def test_pages_say_where_scripts_may_come_from(as_user):
    response = as_user("province").get(reverse("region", args=["130100"]))
    policy = response["Content-Security-Policy"]
    assert "script-src 'self';" in f"{policy};"
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert response["X-Frame-Options"] == "DENY"
    assert "<script>" not in response.content.decode()
    assert " onclick=" not in response.content.decode()


def test_unknown_page_is_designed_and_gives_the_reference(as_user):
    response = as_user("province").get("/nothing/")
    assert response.status_code == 404
    assert response["X-Request-ID"] in response.content.decode()


@pytest.mark.parametrize(
    ("path", "kind"), [("/x/", "text/html; charset=utf-8"), ("/api/x/", "application/problem+json")]
)
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (failures.server_error, 500),
        (lambda request: failures.bad_request(request, ValueError()), 400),
        (lambda request: failures.not_found(request, ValueError()), 404),
    ],
)
def test_failures_answer_in_the_caller_s_form(answer, status, path, kind):
    response = answer(RequestFactory().get(path))
    assert (response.status_code, response["Content-Type"]) == (status, kind)


def test_oversized_form_is_413():
    assert failures.bad_request(RequestFactory().post("/x/"), RequestDataTooBig()).status_code == 413


def test_refusal_that_no_view_caught_becomes_its_page():
    middleware = DomainErrorMiddleware(lambda request: None)
    response = middleware.process_exception(RequestFactory().get("/x/"), NotPermitted("不可以"))
    assert response.status_code == 403
    assert "不可以" in response.content.decode()
    assert middleware.process_exception(RequestFactory().get("/x/"), ValueError()) is None


def test_language_switch_stays_and_goes_nowhere_else(client):
    response = client.post(reverse("set_language"), {"language": "en", "next": "/accounts/sign-in/"})
    assert response["Location"] == "/accounts/sign-in/"
    assert '<html lang="en">' in client.get("/accounts/sign-in/").content.decode()
    assert (
        client.post(reverse("set_language"), {"language": "zh-hans", "next": "https://evil.example/"})["Location"]
        == "/"
    )


def test_sign_in_goes_nowhere_else(client):
    form = {"username": "province", "password": "tuoyu-2021-demo", "next": "https://evil.example/"}
    assert client.post(reverse("sign_in"), form)["Location"] == "/"


def test_wrong_password_is_422_and_keeps_the_name(client):
    response = client.post(reverse("sign_in"), {"username": "province", "password": "x"})
    assert response.status_code == 422
    assert 'value="province"' in response.content.decode()


def test_forms_need_their_token(as_user):
    client = Client(enforce_csrf_checks=True)
    client.cookies = as_user("county").cookies
    response = client.post(reverse("institution_new"), {})
    assert response.status_code == 403
    with translation.override("zh-hans"):
        assert "表单已过期" in response.content.decode()


def test_session_needs_its_token_over_rest_too(as_user):
    client = Client(enforce_csrf_checks=True)
    client.cookies = as_user("county").cookies
    url = reverse("api:capacity_reports", args=["SJZ-0001"])
    response = client.post(url, "{}", content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
