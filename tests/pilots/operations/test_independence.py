"""Two people are two: who holds another's account does not decide beside it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pilots.models import AccountChange
from pilots.operations.accounts import reset_password, reset_second_factor, set_identity, switch_off_account
from pilots.operations.targets import change_target
from pilots.states.roles import Role
from portal.accounts.models import User
from portal.approvals.refusals import NotIndependent
from tests.pilots.people import invite, settle, someone
from tests.portal.acts import propose, standing

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def confirm(proposal, by="province", at=None):
    return change_target.confirm(proposal_id=proposal.pk, by=someone(by), at=at or timezone.now())


def reset(by, username, operation=reset_password, **more):
    return operation(user_id=someone(username).pk, reason="遗失", by=someone(by), at=timezone.now(), **more)


@pytest.mark.parametrize("operation", [reset_password, reset_second_factor, set_identity])
def test_who_reset_the_proposers_account_does_not_confirm(as_user, operation):
    settle(someone("city"))
    reset("province", "city", operation, **({"external_id": "1301"} if operation is set_identity else {}))
    proposal = propose("city")
    with pytest.raises(NotIndependent) as refusal:
        confirm(proposal)
    assert (refusal.value.status, standing().goal) == (409, 67)
    page = as_user("province").get(reverse("proposal", args=[proposal.pk])).content.decode()
    assert "has made or reset the account" in page
    assert (
        "has made or reset the account"
        not in as_user("province2").get(reverse("proposal", args=[proposal.pk])).content.decode()
    )
    confirm(proposal, "province2")
    assert standing().goal == 70


def test_who_invited_the_proposer_does_not_confirm_for_thirty_days():
    invite("province", Role.CITY_OFFICER, "130100", username="puppet")
    settle(someone("puppet"))
    proposal = propose("puppet")
    with pytest.raises(NotIndependent):
        confirm(proposal)
    change_target.withdraw(proposal_id=proposal.pk, by=someone("puppet"), at=timezone.now())
    later = timezone.now() + timedelta(days=30, minutes=1)
    assert confirm(propose("puppet", at=later), at=later).state == "confirmed"


def test_who_proposed_has_not_reset_the_one_who_confirms():
    proposal = propose("province")
    AccountChange.objects.create(user=someone("province2"), act="password_reset", recorded_by=someone("province"))
    with pytest.raises(NotIndependent):
        confirm(proposal, "province2")


def test_one_third_person_did_not_reset_both(as_user):
    for username in ("city", "province"):
        reset("system-admin", username)
    for username in ("city", "province"):
        settle(someone(username))
    proposal = propose("city")
    with pytest.raises(NotIndependent):
        confirm(proposal)
    page = as_user("province").get(reverse("proposal", args=[proposal.pk])).content.decode()
    assert "系统管理员（示例） has made or reset the accounts of both" in page
    confirm(proposal, "province2")


def test_two_third_persons_and_the_server_do_no_harm():
    reset("system-admin", "city")
    AccountChange.objects.create(user=someone("province"), act="password_reset", recorded_by=someone("security-admin"))
    for username in ("city", "province"):
        AccountChange.objects.create(user=someone(username), act="password_reset")
    assert confirm(propose("city")).state == "confirmed"


def test_being_switched_off_and_on_gives_nobody_the_account():
    reset("province", "city", switch_off_account)
    User.objects.filter(username="city").update(is_active=True)
    assert confirm(propose("city")).state == "confirmed"


def test_refusing_is_open_to_everyone_entitled():
    reset("province", "city")
    proposal = propose("city")
    refused = change_target.refuse(proposal_id=proposal.pk, by=someone("province"), at=timezone.now(), reason="不")
    assert refused.state == "refused"
