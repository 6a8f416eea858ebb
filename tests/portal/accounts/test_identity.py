"""Single sign-on against a real provider on loopback: who gets in, who does not, and what is checked."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.urls import reverse

from pilots.models import Membership
from portal.accounts.models import User
from tests.portal.accounts.acts import PASSWORD, signed_in
from tests.portal.accounts.codes import totp
from tests.portal.accounts.provider import CLIENT, SECRET, Provider
from tests.portal.accounts.test_kept import NEW, TYPED, carried_by, fields_of

pytestmark = pytest.mark.django_db

LEAVE, BACK = "/accounts/single-sign-on/oidc/", "/accounts/single-sign-on/oidc/back/"
CLAIMS = {"sub": "8f3a", "preferred_username": "130102-0042"}


@pytest.fixture(scope="module")
def running():
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def provider(running, settings):
    settings.OIDC_CLAIM = "preferred_username"
    running.signing_key, running.more_claims, running.userinfo = running.key, {}, {}
    settings.OIDC_ISSUER, settings.OIDC_NAME = running.issuer, "河北政务统一认证"
    app = {"provider_id": "oidc", "name": "x", "client_id": CLIENT, "secret": SECRET}
    app["settings"] = {"server_url": running.issuer}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    return running


@pytest.fixture
def known(person):
    person.external_id = CLAIMS["preferred_username"]
    person.save()
    return person


def leave(client, **form):
    response = client.post(LEAVE, form)
    assert response.status_code == 200
    return response["Refresh"].removeprefix("0; url=")


def come_back(client, provider, claims=CLAIMS, **form):
    return client.get(BACK, provider.consent(leave(client, **form), claims))


def test_known_identity_opens_its_account_and_the_page_asked_for(browser, provider, known):
    client = browser()
    assert "河北政务统一认证" in client.get(reverse("sign_in")).content.decode()
    assert come_back(client, provider, next="/accounts/sessions/")["Location"] == "/accounts/sessions/"
    assert client.session["_auth_user_id"] == str(known.pk)
    assert client.get("/accounts/sessions/").status_code == 200
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "claims",
    [{"sub": "8f3a", "preferred_username": "someone-else"}, {"sub": "8f3a"}, {**CLAIMS, "preferred_username": ""}],
)
def test_unknown_identity_gets_a_clear_page_and_no_account(browser, provider, known, claims):
    client, before = browser(), User.objects.count()
    response = come_back(client, provider, claims)
    assert response.status_code == 403
    assert "No account belongs to this identity" in response.content.decode()
    assert not signed_in(client)
    assert User.objects.count() == before


def test_account_is_found_by_the_claim_that_the_setting_names(browser, provider, known, settings):
    settings.OIDC_CLAIM = "sub"
    assert come_back(browser(), provider).status_code == 403
    User.objects.filter(pk=known.pk).update(external_id="8f3a")
    assert come_back(browser(), provider).status_code == 302


@pytest.mark.parametrize(
    ("claims", "fresh"),
    [
        (lambda now: {}, False),
        (lambda now: {"auth_time": "now"}, False),
        (lambda now: {"auth_time": now - 301}, False),
        (lambda now: {"auth_time": now - 200}, True),
        (lambda now: {"auth_time": now + 9000}, True),
    ],
)
def test_single_sign_on_is_as_fresh_as_the_service_says(browser, provider, known, claims, fresh):
    client, now = browser(), int(time.time())
    address = leave(client)
    assert parse_qs(urlsplit(address).query)["max_age"] == ["300"]
    assert client.get(BACK, provider.consent(address, {**CLAIMS, **claims(now)})).status_code == 302
    assert client.session["_auth_user_id"] == str(known.pk)
    assert (client.get(reverse("mfa_activate_totp")).status_code == 200) is fresh
    session = client.session
    methods = session["account_authentication_methods"]
    session["account_authentication_methods"] = [
        {**each, "proved_at": each.get("proved_at", 0) - 301} for each in methods
    ]
    session.save()
    assert client.get(reverse("mfa_activate_totp")).status_code == 302


def test_account_of_the_single_sign_on_alone_adds_its_first_factor_just_after_the_sign_in(browser, provider, known):
    known.set_unusable_password()
    known.save()
    client = browser()
    assert come_back(client, provider)["Location"] == "/"
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert client.get("/accounts/security/recovery/").status_code == 403
    session = client.session
    methods = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**each, "at": each["at"] - 301} for each in methods]
    session.save()
    assert client.get(reverse("mfa_activate_totp")).status_code == 403


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_demo": True}])
def test_closed_account_stays_closed(browser, provider, known, settings, change):
    assert come_back(browser(), provider).status_code == 302
    settings.PRODUCTION = True
    User.objects.filter(pk=known.pk).update(**change)
    client = browser()
    assert come_back(client, provider).status_code == 403
    assert not signed_in(client)


def test_administrator_signs_in_here(browser, provider, known):
    assert come_back(browser(), provider).status_code == 302
    Membership.objects.create(user=known, role="audit_administrator", starts_on="2020-01-01")
    client = browser()
    response = client.get(come_back(client, provider)["Location"])
    assert "Administrators sign in here" in response.content.decode()
    assert not signed_in(client)
    Membership.objects.filter(user=known).update(ends_on="2020-02-01")
    come_back(client, provider)
    assert signed_in(client)


def test_second_factor_is_asked_after_the_single_sign_on(browser, provider, known):
    from tests.portal.accounts.test_second_factor import enrol, later  # noqa: PLC0415

    client = browser()
    come_back(client, provider, {**CLAIMS, "auth_time": int(time.time())})
    secret = enrol(client)
    client = browser()
    assert come_back(client, provider)["Location"] == reverse("mfa_authenticate")
    assert not signed_in(client)
    client.post(reverse("mfa_authenticate"), {"code": totp(secret, later(1))})
    assert signed_in(client)


def test_typed_form_survives_the_way_to_the_service_and_back(browser, provider):
    User.objects.filter(username="county").update(external_id=CLAIMS["preferred_username"])
    client = browser()
    sealed = carried_by(client.post(NEW, TYPED))
    come_back(client, provider, kept=sealed)
    assert fields_of(client.get(reverse("kept")))["credit_code"] == TYPED["credit_code"]


WRONG = {
    "foreign signature": {"signing_key": rsa.generate_private_key(public_exponent=65537, key_size=2048)},
    "other issuer": {"more_claims": {"iss": "https://evil.example"}},
    "other audience": {"more_claims": {"aud": "another-client"}},
    "expired": {"more_claims": {"exp": 1_600_000_000}},
}


@pytest.mark.parametrize("kind", WRONG)
def test_identity_that_does_not_prove_itself_is_refused(browser, provider, known, kind):
    for name, value in WRONG[kind].items():
        setattr(provider, name, value)
    client = browser()
    assert come_back(client, provider).status_code == 401
    assert not signed_in(client)


def test_userinfo_of_another_person_is_refused(browser, provider, known):
    provider.userinfo = {"sub": "someone-else"}
    client = browser()
    assert come_back(client, provider).status_code == 403
    assert not signed_in(client)


def test_answer_that_nobody_asked_for_is_refused(browser, provider, known):
    """Login by a stranger's link: the state is not this browser's."""
    victim, attacker = browser(), browser("203.0.113.66")
    answer = provider.consent(leave(attacker), CLAIMS)
    assert victim.get(BACK, answer).status_code == 401
    assert not signed_in(victim)


def test_cancelling_leads_to_a_page_with_ways_on(browser, provider):
    client = browser()
    state = provider.consent(leave(client), CLAIMS)["state"]
    response = client.get(BACK, {"error": "access_denied", "state": state}, follow=True)
    assert response.status_code == 401
    assert "did not work" in response.content.decode()


def test_service_that_does_not_answer_is_said_to(browser, provider, settings):
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"] = {"server_url": "http://127.0.0.1:9"}
    response = browser().post(LEAVE)
    assert response.status_code == 502
    assert "did not work" in response.content.decode()


@pytest.mark.parametrize("process", ["connect", "redirect"])
def test_nobody_links_an_identity_to_an_account_by_themselves(browser, provider, person, process):
    client = browser()
    client.post(reverse("sign_in"), {"username": person.username, "password": PASSWORD})
    response = come_back(client, provider, process=process)
    assert response.status_code == 403
    assert not SocialAccount.objects.exists()


def test_without_configuration_there_is_no_such_way(browser):
    client = browser()
    assert "single-sign-on" not in client.get(reverse("sign_in")).content.decode()
    assert client.post(LEAVE).status_code == 404
    assert client.get(BACK).status_code == 404
    assert client.get(LEAVE).status_code == 405


def test_identity_names_one_account(known):
    other = User(username="other", name="x", external_id=known.external_id)
    with pytest.raises(Exception, match="another account"):
        other.full_clean(exclude=["password"])
    other.external_id = ""
    other.full_clean(exclude=["password"])
