"""Nothing that somebody planted in an account before it became an administrator's outlives the grant."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pilots.models import AccountChange, Membership
from pilots.operations import refusals
from pilots.operations.accounts import reset_password, reset_second_factor, restore_account, set_identity
from pilots.operations.administration import administration_grant
from pilots.operations.memberships import NewPerson, appoint, invite_without_role
from pilots.states.roles import Role
from portal.accounts.passwords import set_own_password
from portal.approvals.models import Proposal
from portal.approvals.refusals import NotIndependent
from tests.pilots.people import OWN_PASSWORD, day, settle, someone
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

NOW = timezone.now()
LATER = NOW + timedelta(days=31)


@pytest.fixture
def person():
    """An account that the security administrator made, for someone who is to be an administrator."""
    return invite_without_role(person=NewPerson("gao", "高新"), by=someone("security-admin"), at=NOW).user


def proposed(user, at=None):
    asked = {"role": Role.AUDIT_ADMINISTRATOR, "starts_on": day(0), "reason": "轮岗"}
    return administration_grant.propose(user_id=user.pk, by=someone("security-admin"), at=at or timezone.now(), **asked)


def confirm(proposal, by="audit-admin", at=None):
    return administration_grant.confirm(proposal_id=proposal.pk, by=someone(by), at=at or timezone.now())


def touch(operation, by, user, **more):
    return operation(user_id=user.pk, reason="遗失", by=someone(by), at=timezone.now(), **more)


def page_of(as_user, proposal, by="audit-admin"):
    return as_user(by).get(reverse("proposal", args=[proposal.pk])).content.decode()


def test_initial_password_and_a_missing_factor_are_in_the_way_and_the_page_says_so(as_user, person):
    proposal = proposed(person)
    with pytest.raises(refusals.AccountUnsettled):
        confirm(proposal)
    for reader in ("audit-admin", "security-admin"):
        assert "must first sign in and choose a password of their own" in page_of(as_user, proposal, reader)
    set_own_password(user=person, password=OWN_PASSWORD)
    with pytest.raises(refusals.AccountUnsettled):
        confirm(proposal)
    assert "must first add a second factor" in page_of(as_user, proposal)
    answer = as_user("audit-admin").post(reverse("proposal", args=[proposal.pk]), {"move": "confirm"})
    assert (answer.status_code, Proposal.objects.get().state) == (409, "open")
    assert not Membership.objects.filter(user=person).exists()
    TOTP.activate(person, generate_totp_secret())
    assert "As things stand" not in page_of(as_user, proposal)
    confirm(proposal)
    assert Membership.objects.get(user=person).role == Role.AUDIT_ADMINISTRATOR


@pytest.mark.parametrize("operation", [reset_password, reset_second_factor])
def test_who_resets_between_proposal_and_confirmation_gets_no_administrator(as_user, person, operation):
    """The system administrator resets, signs in as the person, makes everything new, and confirms; or lets confirm."""
    proposal = proposed(settle(person))
    touch(operation, "system-admin", person)
    Authenticator.objects.filter(user=person).delete()
    settle(someone("gao"))
    for by in ("system-admin", "audit-admin"):
        with pytest.raises(NotIndependent):
            confirm(proposal, by)
    assert "made or reset the account of 高新" in page_of(as_user, proposal).replace("&#x27;", "'")
    again = proposed(person, at=LATER)
    assert confirm(again, at=LATER).state == "confirmed"


def test_factor_from_before_a_reset_is_in_the_way(as_user, person):
    """A planted passkey outlives a reset of the password; the role waits until it is gone."""
    settle(person)
    planted = Authenticator.objects.get(user=person)
    restore_account(username="gao", reason="重置", at=timezone.now())
    proposal = proposed(person)
    set_own_password(user=someone("gao"), password=OWN_PASSWORD + "8")
    with pytest.raises(refusals.AccountUnsettled):
        confirm(proposal)
    assert "was last made or reset at" in page_of(as_user, proposal)
    planted.delete()
    TOTP.activate(person, generate_totp_secret())
    confirm(proposal)


def test_password_from_before_a_reset_is_in_the_way(person):
    settle(person)
    AccountChange.objects.create(user=person, act="factors_removed")
    Authenticator.objects.filter(user=person).delete()
    TOTP.activate(person, generate_totp_secret())
    proposal = proposed(person)
    with pytest.raises(refusals.AccountUnsettled):
        confirm(proposal)


def test_reset_at_the_server_makes_an_account_clean_again(person):
    touch(reset_password, "security-admin", settle(person))
    proposal = proposed(person)
    with pytest.raises(NotIndependent):
        confirm(proposal)
    restore_account(username="gao", reason="核实本人身份", at=timezone.now())
    Authenticator.objects.filter(user=person).delete()
    settle(someone("gao"))
    assert confirm(proposal).state == "confirmed"


def signed_in(person):
    """A session of the person, from before the second factor; the account is settled then."""
    inside = Client()
    assert sign_in(inside, set_own_password(user=person, password=OWN_PASSWORD).username, OWN_PASSWORD)
    assert inside.get(reverse("my_roles")).status_code == 200
    TOTP.activate(person, generate_totp_secret())
    return inside


def test_planted_identity_and_sessions_end_with_the_grant(person):
    touch(set_identity, "security-admin", person, external_id="security-admins-own")
    inside = signed_in(person)
    proposal = proposed(person, at=LATER)
    confirm(proposal, at=LATER)
    assert someone("gao").external_id == ""
    assert inside.get(reverse("my_roles")).status_code == 302
    line = AccountChange.objects.filter(user=person).latest("pk")
    assert (line.act, line.recorded_by.username) == ("identity_set", "audit-admin")


def test_sessions_end_where_no_identity_stood(person):
    inside = signed_in(person)
    confirm(proposed(person))
    assert inside.get(reverse("my_roles")).status_code == 302


def test_first_administrators_are_made_at_the_shell_as_before():
    Membership.objects.filter(role=Role.SECURITY_ADMINISTRATOR).update(ends_on=day(-1))
    made = appoint(person=NewPerson("first", "首任"), role=Role.SECURITY_ADMINISTRATOR, at=NOW)
    assert made.membership.role == Role.SECURITY_ADMINISTRATOR
    assert sign_in(Client(), "first", made.password)


def test_demonstration_s_administrators_are_settled_once_they_have_a_factor(as_user):
    """They came by command; nobody's line stands in the way of proposing them anew."""
    as_user("audit-admin")
    Membership.objects.filter(user__username="audit-admin").update(ends_on=day(-1))
    assert confirm(proposed(someone("audit-admin")), "system-admin").state == "confirmed"
