"""On the person page: the second factor reset, and the identity at the single sign-on."""

import io
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from pilots.models import AccountChange, Membership, Message, Notice
from pilots.operations.accounts import set_identity
from pilots.operations.notices import deliver_due
from pilots.queries.notices import words
from pilots.states.roles import Role
from portal.accounts.models import User
from portal.audit.tracking import event_models
from tests.pilots.people import someone
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def factor(username):
    user = someone(username)
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    return user


def url(name, username="clerk"):
    return reverse(name, args=[someone(username).pk])


def labels(response):
    return [action["label"] for action in response.context["account_actions"]]


def told(kind):
    deliver_due(at=NOW + timedelta(days=1))
    return list(Message.objects.filter(notice__kind=kind).values_list("user__username", flat=True))


def ledger(username="clerk"):
    lines = AccountChange.objects.filter(user__username=username).order_by("pk")
    return [(line.act, line.reason, line.recorded_by and line.recorded_by.username) for line in lines]


# --- second factor -----------------------------------------------------------------------------------


@pytest.mark.parametrize("office", ["county", "system-admin"])
def test_second_factor_is_reset_by_who_may_reset_passwords(as_user, office):
    inside, client = Client(), as_user(office)
    assert sign_in(inside, "clerk", "tuoyu-2021-demo")
    assert inside.get(reverse("mine")).status_code == 200
    user = factor("clerk")
    assert "Reset second factor" in labels(client.get(url("person")))
    page = url("account_reset_second_factor")
    assert client.post(page, {"reason": " "}).status_code == 422
    assert Authenticator.objects.filter(user=user).count() == 2
    assert client.post(page, {"reason": "手机丢失"})["Location"] == url("person")
    assert not Authenticator.objects.filter(user=user).exists()
    assert inside.get(reverse("mine")).status_code == 302
    assert ledger() == [("factors_removed", "手机丢失", office)]
    assert told("account.second_factor_reset") == ["clerk"]
    assert "Reset second factor" not in labels(client.get(url("person")))


def test_reset_stands_in_the_trail_with_its_act_and_reason(as_user):
    factor("clerk")
    as_user("county").post(url("account_reset_second_factor"), {"reason": "手机丢失"})
    events = next(each for each in event_models() if each.__name__ == "AccountChangeEvent")
    context = events.objects.latest("pgh_id").pgh_context
    assert (context["act"], context["reason"]) == ("account.factors_removed", "手机丢失")


def test_second_reset_finds_nothing_and_tells_nobody(as_user):
    factor("clerk")
    client, page = as_user("county"), url("account_reset_second_factor")
    client.post(page, {"reason": "手机丢失"})
    assert client.post(page, {"reason": "手机丢失"}).status_code == 422
    assert (len(ledger()), told("account.second_factor_reset")) == (1, ["clerk"])


@pytest.mark.parametrize(
    ("reader", "person", "status"),
    [
        ("county2", "clerk", 404),
        ("clerk", "director", 404),
        ("auditor", "clerk", 404),
        ("security-admin", "audit-admin", 403),
        ("system-admin", "security-admin", 403),
    ],
)
@pytest.mark.parametrize("page", ["account_reset_second_factor", "account_identity"])
def test_others_and_administrators_are_refused(as_user, page, reader, person, status):
    factor(person) if not Authenticator.objects.filter(user__username=person).exists() else None
    client = as_user(reader)
    assert client.get(url(page, person)).status_code == status
    assert client.post(url(page, person), {"reason": "x", "external_id": "y"}).status_code == status
    assert Authenticator.objects.filter(user__username=person).exists()
    assert someone(person).external_id == ""


def test_manager_of_one_role_among_others_may_not(as_user):
    Membership.objects.create(
        user=factor("clerk"), role=Role.REVIEWER, region_id="130104", starts_on=timezone.localdate()
    )
    client = as_user("county")
    assert client.get(url("account_reset_second_factor")).status_code == 403
    assert client.get(url("account_identity")).status_code == 403


def test_administrator_gets_rid_of_it_at_the_server():
    factor("audit-admin")
    out = io.StringIO()
    call_command("reset_second_factor", "audit-admin", reason="手机丢失", stdout=out)
    assert "no second factor any more" in out.getvalue()
    assert not Authenticator.objects.filter(user__username="audit-admin").exists()
    assert ledger("audit-admin") == [("factors_removed", "手机丢失", None)]
    assert told("account.second_factor_reset") == ["audit-admin"]
    for name, reason in (("audit-admin", "x"), ("nobody-here", "x"), ("audit-admin", " ")):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", name, reason=reason)


# --- identity at the single sign-on --------------------------------------------------------------------


def test_identity_is_entered_shown_changed_and_taken_away(as_user, settings):
    settings.OIDC_ISSUER = "https://sso.example.org"
    client, page = as_user("county"), url("account_identity")
    assert "Identity at the single sign-on" in labels(client.get(url("person")))
    inside = Client()
    assert sign_in(inside, "clerk", "tuoyu-2021-demo")
    assert inside.get(reverse("mine")).status_code == 200
    for identity in ("130102-7", "130102-8", ""):
        assert client.post(page, {"external_id": f" {identity} ", "reason": "统一身份认证上线"}).status_code == 302
        assert someone("clerk").external_id == identity
        assert (identity or "—") in client.get(url("person")).content.decode()
    assert [act for act, _reason, _by in ledger()] == ["identity_set"] * 3
    assert told("account.identity_changed") == ["clerk"] * 3
    assert inside.get(reverse("mine")).status_code == 302


def test_identity_that_stands_or_is_anothers_is_refused_at_its_field(as_user):
    User.objects.filter(username="director").update(external_id="130102-7")
    client, page = as_user("county"), url("account_identity")
    for identity in ("", "130102-7"):
        response = client.post(page, {"external_id": identity, "reason": "x"})
        assert response.status_code == 422
        assert "external_id" in response.context["form"].errors
    assert client.post(page, {"external_id": "a" * 151, "reason": "x"}).status_code == 422
    assert client.post(page, {"external_id": "130102-8", "reason": ""}).status_code == 422
    assert ledger() == []
    assert someone("clerk").external_id == ""


def test_identity_is_shown_to_nobody_without_the_account(as_user, settings):
    settings.OIDC_ISSUER = "https://sso.example.org"
    User.objects.filter(username="clerk").update(external_id="130102-7")
    membership = {"role": Role.REVIEWER, "region_id": "130104", "starts_on": timezone.localdate()}
    Membership.objects.create(user=someone("clerk"), **membership)
    response = as_user("county").get(url("person"))
    assert response.status_code == 200
    assert "130102-7" not in response.content.decode()


def test_page_says_nothing_of_identities_where_there_is_no_single_sign_on(as_user):
    assert "Identity" not in as_user("county").get(url("person")).content.decode()


def test_owner_reads_of_the_identity_in_both_languages():
    clerk = someone("clerk")
    set_identity(user_id=clerk.pk, external_id="130102-7", reason="x", by=someone("county"), at=NOW)
    notice = Notice.objects.get()
    for language, word in (("en", "single sign-on"), ("zh-hans", "统一身份认证")):
        with translation.override(language):
            assert word in words(notice).body
            assert someone("county").name in words(notice).body
            assert "130102-7" not in words(notice).body


# --- how people sign in --------------------------------------------------------------------------------


def test_officers_find_the_page_of_their_office_among_the_people(as_user):
    for name, links in (
        ("county", [reverse("office_sign_in", args=["130102"])]),
        ("city", [reverse("office_sign_in", args=["130100"])]),
        ("director", []),
        ("security-admin", []),
    ):
        client = as_user(name)
        found = client.get(reverse("people"))
        assert [each["url"] for each in found.context["sign_in_links"]] == links
        for link in links:
            assert link in found.content.decode()
            assert client.get(link).status_code == 200


def test_officer_of_two_regions_finds_both_by_name(as_user):
    membership = {"role": Role.COUNTY_OFFICER, "region_id": "130104", "starts_on": timezone.localdate()}
    Membership.objects.create(user=someone("county"), **membership)
    found = as_user("county").get(reverse("people")).context["sign_in_links"]
    assert [each["url"] for each in found] == [reverse("office_sign_in", args=[code]) for code in ("130102", "130104")]
    assert found[0]["label"] == "How people sign in: Chang'an District"
