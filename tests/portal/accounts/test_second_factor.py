"""Codes from an app, recovery codes, and who must have a second factor."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from pilots.models import Membership, Message, Notice, Region, SecondFactorRule
from pilots.operations.notices import deliver_due
from pilots.operations.second_factor import rule_second_factor
from pilots.queries.notices import words
from portal.accounts.demands import demands_of, remove_second_factors
from portal.accounts.models import User
from portal.shared.refusals import NotPermitted
from tests.portal.accounts.acts import PASSWORD, sign_in, signed_in
from tests.portal.accounts.codes import totp
from tests.portal.audit.acts import behind_the_back

pytestmark = pytest.mark.django_db


def enrol(client):
    """Set up codes as a user does; the secret that the page shows as text."""
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'<code class="secret"[^>]*>([A-Z2-7 ]+)</code>', page)[1]
    assert "data:image/svg+xml;base64," in page
    response = client.post(reverse("mfa_activate_totp"), {"code": totp(secret)})
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    return secret


def recovery_codes(client):
    return re.findall(r"<li><code>(\d+)</code></li>", client.get(reverse("mfa_view_recovery_codes")).content.decode())


def enter(client, code):
    return client.post(reverse("mfa_authenticate"), {"code": code})


@pytest.fixture
def enrolled(browser, person):
    client = browser()
    sign_in(client, person.username)
    secret = enrol(client)
    codes = recovery_codes(client)
    client.post(reverse("sign_out"))
    return secret, codes


def later(steps):
    """A code that was not used yet: of a neighbouring half minute, which clocks that differ may show."""
    return time.time() + 30 * steps


def test_password_alone_does_not_open_an_account_with_codes(browser, person, enrolled):
    secret, codes = enrolled
    client = browser()
    assert sign_in(client, person.username)["Location"] == reverse("mfa_authenticate")
    assert not signed_in(client)
    assert client.get(reverse("home"))["Location"].startswith(reverse("sign_in"))
    assert enter(client, "000000").status_code == 422
    assert not signed_in(client)
    assert enter(client, totp(secret, later(1))).status_code == 302
    assert signed_in(client)
    assert len(codes) == 10


def test_a_code_works_once(browser, person, enrolled):
    secret, _codes = enrolled
    code = totp(secret, later(1))
    for status, inside in ((302, True), (422, False)):
        client = browser()
        sign_in(client, person.username)
        assert enter(client, code).status_code == status
        assert signed_in(client) == inside


def test_recovery_code_works_once(browser, person, enrolled):
    _secret, codes = enrolled
    for status in (302, 422):
        client = browser()
        sign_in(client, person.username)
        assert enter(client, codes[0]).status_code == status


def test_wrong_codes_are_limited_from_wherever_they_come(browser, person, enrolled):
    secret, _codes = enrolled
    for number in range(5):
        client = browser(f"203.0.113.{number}")
        sign_in(client, person.username)
        assert enter(client, "000000").status_code == 422
    client = browser("203.0.113.77")
    sign_in(client, person.username)
    response = enter(client, totp(secret, later(1)))
    assert response.status_code == 422
    assert "wait five minutes" in response.content.decode()
    assert not signed_in(client)


def test_second_step_without_a_first_one_leads_to_the_sign_in(browser, person, enrolled):
    client = browser()
    assert client.get(reverse("mfa_authenticate"))["Location"] == reverse("sign_in")
    sign_in(client, person.username, "wrong")
    assert client.get(reverse("mfa_authenticate"))["Location"] == reverse("sign_in")


def test_waiting_sign_in_can_be_given_up(browser, person, enrolled):
    client = browser()
    sign_in(client, person.username)
    assert client.get(reverse("sign_in"))["Location"] == reverse("mfa_authenticate")
    client.post(reverse("sign_out"))
    assert client.get(reverse("sign_in")).status_code == 200
    assert client.get(reverse("mfa_authenticate"))["Location"] == reverse("sign_in")


def test_secrets_rest_sealed_in_the_database(browser, person, enrolled):
    secret, codes = enrolled
    kept = " ".join(str(row.data) for row in Authenticator.objects.filter(user=person))
    assert Authenticator.objects.filter(user=person).count() == 2
    assert secret.replace(" ", "") not in kept
    assert not any(code in kept for code in codes)


def test_changes_of_factors_need_a_fresh_sign_in(browser, person, enrolled):
    secret, _codes = enrolled
    client = browser()
    sign_in(client, person.username)
    enter(client, totp(secret, later(1)))
    session = client.session
    session["account_authentication_methods"] = [
        {**each, "at": each["at"] - 301} for each in session["account_authentication_methods"]
    ]
    session.save()
    for name in ("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_add_webauthn"):
        for method in (client.get, client.post):
            assert method(reverse(name))["Location"].startswith(reverse("account_reauthenticate")), name
    assert Authenticator.objects.filter(user=person).count() == 2
    again = f"{reverse('account_reauthenticate')}?next={reverse('mfa_deactivate_totp')}"
    assert client.post(again, {"password": PASSWORD})["Location"] == reverse("mfa_deactivate_totp")
    assert client.post(reverse("mfa_deactivate_totp"))["Location"] == reverse("mfa_index")
    assert not Authenticator.objects.filter(user=person).exists()


def test_lost_factors_are_removed_and_sessions_end(browser, person, enrolled):
    secret, _codes = enrolled
    client = browser()
    sign_in(client, person.username)
    enter(client, totp(secret, later(1)))
    assert remove_second_factors(person) == 2
    assert client.get(reverse("mfa_index")).status_code == 302
    assert sign_in(client, person.username).status_code == 302
    assert signed_in(client)


def test_administrator_enrols_before_anything_else(browser):
    client = browser()
    sign_in(client, "system-admin")
    for name in ("home", "institutions", "usersessions_list", "account_change_password"):
        assert client.get(reverse(name))["Location"] == reverse("mfa_index"), name
    assert client.get("/api/v1/figures/").json()["code"] == "sign_in_incomplete"
    for scheme in ("Basic eDp5", "Token x"):
        answer = client.get("/api/v1/figures/", headers={"authorization": scheme})
        assert answer.json()["code"] == "sign_in_incomplete"
    assert client.get("/api/v1/figures/", headers={"authorization": "Bearer x"}).status_code == 401
    assert "add a second factor" in client.get(reverse("mfa_index")).content.decode()
    enrol(client)
    assert len(recovery_codes(client)) == 10
    assert client.get(reverse("home")).status_code == 200


def test_administrator_cannot_remove_the_last_factor(browser):
    client = browser()
    sign_in(client, "audit-admin")
    enrol(client)
    page = client.get(reverse("mfa_deactivate_totp"))
    assert "must have a second factor" in page.content.decode()
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 422
    factor = Authenticator.objects.get(user__username="audit-admin", type="totp")
    passkey = Authenticator.objects.create(user=factor.user, type="webauthn", data={"name": "Büro"})
    factor.delete()
    client.post(reverse("mfa_remove_webauthn", args=[passkey.pk]))
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_nobody_touches_another_s_passkey(browser, person):
    other = User.objects.get(username="county")
    passkey = Authenticator.objects.create(user=other, type="webauthn", data={"name": "x"})
    client = browser()
    sign_in(client, person.username)
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert client.get(reverse(name, args=[passkey.pk])).status_code == 404
        assert client.post(reverse(name, args=[passkey.pk]), {"name": "y"}).status_code == 404
    passkey.refresh_from_db()
    assert passkey.data["name"] == "x"


OFFICES = ("city", "county", "county2", "reviewer", "department", "assessor")
PLACES = ("clerk", "director")


def asked(code, *, officials=False, institutions=False):
    by = User.objects.get(username={"130000": "province", "130100": "city", "130102": "county"}[code])
    terms = {"officials": officials, "institutions": institutions, "reason": "试行结束"}
    rule_second_factor(code=code, by=by, at=timezone.now(), **terms)
    people = ("province", *OFFICES, *PLACES, "auditor")
    return {name for name in people if demands_of(User.objects.get(username=name)).second_factor}


def test_office_asks_its_people(db):
    assert asked("130102") == set()
    assert asked("130102", officials=True) == {"county", "reviewer", "department"}
    assert asked("130102", institutions=True) == {*PLACES}
    assert asked("130100", officials=True) == {*OFFICES, *PLACES}
    SecondFactorRule.objects.all().delete()
    assert asked("130000", officials=True) == {"province", "auditor", *OFFICES}


def test_rule_reaches_people_of_an_operator(db):
    director = Membership.objects.get(user__username="director")
    institution = director.institution
    operator = institution.operator or _operator_of(institution)
    with behind_the_back():  # as if given so from the start
        Membership.objects.filter(pk=director.pk).update(institution=None, operator=operator)
    assert asked("130102", institutions=True) == {*PLACES}


def _operator_of(institution):
    from pilots.models import Operator  # noqa: PLC0415

    operator = Operator.objects.create(name="示例品牌")
    institution.operator = operator
    institution.save(update_fields=["operator"])
    return operator


def test_person_asked_in_the_middle_of_a_session_is_led_within_a_minute(as_user):
    client = as_user("county")
    page = reverse("region", args=["130102"])
    asked("130102", officials=True)
    assert client.get(page).status_code == 200
    session = client.session
    session["watch"] = {**session["watch"], "at": session["watch"]["at"] - 60}
    session.save()
    assert client.get(page)["Location"] == reverse("mfa_index")


@pytest.mark.parametrize("role", ["province", "city", "reviewer", "department", "director", "auditor", "system-admin"])
def test_only_the_region_s_officers_rule(as_user, role):
    assert Region.objects.filter(pk="130102").exists()
    response = as_user(role).post(reverse("office_sign_in", args=["130102"]), {"officials": "on"})
    sees = role in ("province", "city", "reviewer", "department", "auditor")
    assert response.status_code == (403 if sees else 404)
    with pytest.raises(NotPermitted):
        rule_second_factor(
            code="130102", officials=True, institutions=True, by=User.objects.get(username=role), at=timezone.now()
        )
    assert not SecondFactorRule.objects.exists()


def test_officer_rules_on_the_page(as_user):
    client = as_user("county")
    page = reverse("office_sign_in", args=["130102"])
    assert client.get(page).status_code == 200
    assert client.post(page, {"institutions": "on"})["Location"] == page
    rule = SecondFactorRule.objects.get()
    assert (rule.region_id, rule.officials, rule.institutions) == ("130102", False, True)
    assert rule.changed_by.username == "county"


def test_asking_fewer_people_takes_a_reason_and_is_told_to_the_officers(as_user):
    Membership.objects.create(
        user=User.objects.get(username="county2"), role="county_officer", region_id="130102", starts_on="2020-01-01"
    )
    client, page = as_user("county"), reverse("office_sign_in", args=["130102"])
    assert "reason" not in client.get(page).content.decode()
    client.post(page, {"officials": "on"})
    assert client.post(page, {"officials": "on", "institutions": "on"}).status_code == 302
    assert not Notice.objects.exists()
    for reason in ("", " "):
        refused = client.post(page, {"institutions": "on", "reason": reason})
        assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["reason"])
    assert SecondFactorRule.objects.get().officials
    assert client.post(page, {"institutions": "on", "reason": "设备更换"}).status_code == 302
    deliver_due(at=timezone.now())
    notice = Notice.objects.get(kind="second_factor.loosened")
    assert list(Message.objects.values_list("user__username", flat=True)) == ["county2"]
    for language in ("en", "zh-hans"):
        with override(language):
            said = words(notice).body
        assert "设备更换" in said
        assert "长安区经办人（示例）" in said
    assert client.post(page, {"reason": "停用"}).status_code == 302
    assert Notice.objects.filter(kind="second_factor.loosened").count() == 2
