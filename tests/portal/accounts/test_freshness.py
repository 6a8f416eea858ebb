"""Dangerous acts ask for a fresh sign-in, and what was typed survives it."""

import pytest
from django.urls import reverse

from pilots.models import SecondFactorRule
from tests.portal.accounts.acts import PASSWORD

pytestmark = pytest.mark.django_db

PAGE = "/regions/130102/sign-in/"


def age(client, seconds):
    session = client.session
    session["account_authentication_methods"] = [
        {**each, "at": each["at"] - seconds} for each in session["account_authentication_methods"]
    ]
    session.save()


def test_recent_sign_in_is_fresh_for_five_minutes(as_user):
    client = as_user("county")
    age(client, 290)
    assert client.get(PAGE).status_code == 200
    age(client, 11)
    assert client.get(PAGE)["Location"] == f"{reverse('account_reauthenticate')}?next=%2Fregions%2F130102%2Fsign-in%2F"


def test_typed_form_survives_the_question(as_user):
    client = as_user("county")
    age(client, 301)
    asked = client.post(PAGE, {"officials": "on"})
    assert asked["Location"] == f"{reverse('account_reauthenticate')}?next={reverse('kept').replace('/', '%2F')}"
    assert not SecondFactorRule.objects.exists()
    assert client.post(asked["Location"], {"password": "wrong"}).status_code == 422
    assert client.post(asked["Location"], {"password": PASSWORD})["Location"] == reverse("kept")
    page = client.get(reverse("kept"))
    assert page.context["kept"].fields == [("officials", "on")]
    assert not SecondFactorRule.objects.exists()
    assert client.post(PAGE, {"officials": "on"})["Location"] == PAGE
    assert SecondFactorRule.objects.get().officials
    assert client.get(reverse("kept"))["Location"] == "/"


def test_partial_request_is_led_to_the_question(as_user):
    client = as_user("county")
    age(client, 301)
    asked = client.post(PAGE, {"officials": "on"}, headers={"hx-request": "true"})
    assert asked.status_code == 204
    assert asked["HX-Redirect"].startswith(reverse("account_reauthenticate"))


def test_question_leads_nowhere_else(as_user):
    client = as_user("county")
    answer = client.post(f"{reverse('account_reauthenticate')}?next=https://evil.example/", {"password": PASSWORD})
    assert answer["Location"] == "/"


def test_account_that_cannot_be_asked_is_told_to_sign_in_again(as_user):
    from portal.accounts.models import User  # noqa: PLC0415

    user = User.objects.get(username="county")
    user.set_unusable_password()
    user.save()
    client = as_user("county")
    age(client, 301)
    response = client.get(PAGE)
    assert response.status_code == 403
    assert "sign in again first" in response.content.decode()
