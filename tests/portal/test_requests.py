"""Request ids, failures, security headers, language."""

import io
import re

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


def test_pages_run_only_the_scripts_that_they_name(as_user):
    client = as_user("province")
    response = client.get(reverse("region", args=["130100"]))
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    (nonce,) = set(re.findall(r'<script nonce="([^"]+)" src=', response.content.decode()))
    assert policy == {
        "default-src": "'none'",
        "script-src": f"'nonce-{nonce}'",
        "script-src-attr": "'none'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    again = client.get(reverse("region", args=["130100"]))["Content-Security-Policy"]
    assert nonce not in again


@pytest.mark.parametrize("path", ["/accounts/sign-in/", "/nothing/", "/api/v1/schema/", "/healthz/live"])
def test_every_answer_has_the_headers(client, path):
    response = client.get(path)
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


def test_script_without_a_nonce_on_the_page_gives_no_script_at_all(client):
    policy = client.get(reverse("live"))["Content-Security-Policy"].split("; ")
    assert "script-src" in policy  # without a source: none


@pytest.mark.parametrize(
    ("method", "route", "allowed"), [("put", "institutions", "GET, HEAD"), ("delete", "live", "GET, HEAD")]
)
def test_method_that_a_page_does_not_offer_is_answered_by_a_page(as_user, method, route, allowed):
    response = getattr(as_user("province"), method)(reverse(route))
    assert (response.status_code, response["Allow"]) == (405, allowed)
    assert "<h1>This address cannot be used this way</h1>" in response.content.decode()
    assert response["X-Request-ID"] in response.content.decode()


def test_method_that_the_interface_does_not_offer_is_a_problem(api):
    response = api.delete(reverse("api:figures"))
    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")


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


@pytest.mark.parametrize("path", ["/x/", "/api/x/"])
def test_oversized_body_is_413(path):
    assert failures.bad_request(RequestFactory().post(path), RequestDataTooBig()).status_code == 413


def test_form_at_the_limit_is_read_and_beyond_it_is_not(as_user, settings):
    client = as_user("county")
    url = reverse("institution_new")
    assert client.post(url, {"name": "x" * 1000}).status_code == 422
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    for form in ({"name": "x" * 1000}, {"file": io.BytesIO(b"x" * 1000)}):
        response = client.post(url, form)
        assert response.status_code == 413
        assert "What you sent is too large" in response.content.decode()


def test_too_many_fields_are_400(as_user):
    assert as_user("county").post(reverse("institution_new"), {f"f{n}": "" for n in range(501)}).status_code == 400
    assert as_user("county").get(reverse("institutions"), {f"f{n}": "" for n in range(501)}).status_code == 400


def test_two_files_at_once_are_400(as_user):
    form = {"a": io.BytesIO(b"a"), "b": io.BytesIO(b"b")}
    assert as_user("county").post(reverse("institution_new"), form).status_code == 400


def test_with_a_length_that_is_no_number_nothing_is_read(as_user):
    response = as_user("county").post(reverse("institution_new"), {"name": "x"}, CONTENT_LENGTH="many")
    assert not response.context["form"].is_bound


def test_body_without_a_length_is_400(as_user):
    response = as_user("county").post(reverse("institution_new"), {}, headers={"transfer-encoding": "chunked"})
    assert response.status_code == 400


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
