"""Accounts: off, on, new password, and what nobody uses."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from pilots.models import AccountChange
from pilots.operations import refusals
from pilots.operations.accounts import (
    reset_password,
    restore_account,
    switch_off_account,
    switch_off_idle_accounts,
    switch_on_account,
)
from pilots.tasks.people import switch_off_idle
from portal.accounts.models import User
from portal.shared.refusals import NotPermitted
from tests.pilots.people import someone
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def do(operation, by, username, reason="离职"):
    return operation(user_id=someone(username).pk, reason=reason, by=someone(by), at=NOW)


def ledger(username):
    lines = AccountChange.objects.filter(user__username=username).order_by("pk")
    return [(line.act, line.reason, line.recorded_by and line.recorded_by.username) for line in lines]


def test_account_is_off_at_once_and_on_again(as_user):
    client, page = as_user("clerk"), reverse("mine")
    assert client.get(page).status_code == 200
    do(switch_off_account, "county", "clerk")
    assert client.get(page).status_code == 302
    assert not sign_in(client, "clerk", "tuoyu-2021-demo")
    do(switch_on_account, "county", "clerk", "复工")
    assert sign_in(client, "clerk", "tuoyu-2021-demo")
    assert ledger("clerk") == [("switched_off", "离职", "county"), ("switched_on", "复工", "county")]


def test_new_password_ends_open_sessions(as_user, client):
    old = as_user("clerk")
    assert old.get(reverse("mine")).status_code == 200
    _user, password = do(reset_password, "county", "clerk", "忘记密码")
    assert old.get(reverse("mine")).status_code == 302
    assert not sign_in(client, "clerk", "tuoyu-2021-demo")
    assert sign_in(client, "clerk", password)
    assert ledger("clerk") == [("password_reset", "忘记密码", "county")]


@pytest.mark.parametrize("operation", [switch_off_account, reset_password])
@pytest.mark.parametrize("by", ["county2", "city", "province", "clerk", "reviewer", "auditor", "security-admin"])
def test_account_is_not_everyones(operation, by):
    with pytest.raises(NotPermitted):
        do(operation, by, "clerk")
    assert someone("clerk").check_password("tuoyu-2021-demo")
    assert someone("clerk").is_active
    assert ledger("clerk") == []


@pytest.mark.parametrize("operation", [switch_off_account, reset_password, switch_on_account])
def test_reason_is_needed(operation):
    User.objects.filter(username="clerk").update(is_active=operation != switch_on_account)
    with pytest.raises(refusals.ReasonMissing) as refusal:
        do(operation, "county", "clerk", "  ")
    assert refusal.value.field == "reason"
    assert ledger("clerk") == []


def test_second_click_is_told_so():
    with pytest.raises(refusals.AccountSwitchedOn):
        do(switch_on_account, "county", "clerk")
    do(switch_off_account, "county", "clerk")
    with pytest.raises(refusals.AccountSwitchedOff):
        do(switch_off_account, "county", "clerk")
    with pytest.raises(refusals.AccountSwitchedOff):
        do(reset_password, "county", "clerk")
    assert len(ledger("clerk")) == 1


def test_restore_at_the_shell(client):
    do(switch_off_account, "system-admin", "security-admin")
    _user, password = restore_account(username="security-admin", reason="误停用", at=NOW)
    assert sign_in(client, "security-admin", password)
    assert ledger("security-admin")[1:] == [("switched_on", "误停用", None), ("password_reset", "误停用", None)]
    restore_account(username="security-admin", reason="再次", at=NOW)
    assert len(ledger("security-admin")) == 4
    with pytest.raises(refusals.ReasonMissing):
        restore_account(username="security-admin", reason="", at=NOW)


def make(username, *, joined, signed_in=None, **columns):
    at = {"date_joined": NOW - timedelta(days=joined)}
    if signed_in is not None:
        at["last_login"] = NOW - timedelta(days=signed_in)
    return User.objects.create(username=username, name=username, **at, **columns)


def test_idle_accounts_are_switched_off_and_no_others(settings):
    settings.IDLE_ACCOUNT_DAYS = 180
    make("never", joined=181)
    make("long-ago", joined=900, signed_in=181)
    make("lately", joined=900, signed_in=179)
    make("fresh", joined=179)
    make("off", joined=900, is_active=False)
    make("demo", joined=900, is_demo=True)
    assert [user.username for user in switch_off_idle_accounts(at=NOW)] == ["never", "long-ago"]
    assert switch_off_idle_accounts(at=NOW) == []
    off = set(User.objects.filter(is_active=False).values_list("username", flat=True))
    assert off == {"never", "long-ago", "off"}
    assert ledger("never") == [("switched_off_idle", "已180天未使用。", None)]
    assert ledger("off") == []


def test_demonstration_accounts_are_idle_in_production(settings):
    settings.PRODUCTION = True
    make("demo", joined=900, is_demo=True)
    assert [user.username for user in switch_off_idle_accounts(at=NOW)] == ["demo"]


def test_switching_on_gives_the_time_anew(settings):
    settings.IDLE_ACCOUNT_DAYS = 180
    user = make("returned", joined=900, signed_in=400)
    assert switch_off_idle_accounts(at=NOW) == [user]
    AccountChange.objects.create(user=user, act="switched_on", recorded_at=NOW)
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert switch_off_idle_accounts(at=NOW) == []
    assert switch_off_idle_accounts(at=NOW + timedelta(days=179)) == []
    assert switch_off_idle_accounts(at=NOW + timedelta(days=181)) == [user]


def test_task_and_command_do_the_same(settings):
    make("never", joined=settings.IDLE_ACCOUNT_DAYS + 1)
    switch_off_idle()
    assert not someone("never").is_active
    make("another", joined=settings.IDLE_ACCOUNT_DAYS + 1)
    out = io.StringIO()
    call_command("switch_off_idle_accounts", stdout=out)
    assert out.getvalue() == "another\n1 accounts switched off.\n"
