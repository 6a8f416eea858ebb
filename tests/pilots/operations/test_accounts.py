"""Accounts: off, on, new password, and what nobody uses."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from pilots.models import AccountChange, Membership, Message, Notice
from pilots.operations import refusals
from pilots.operations.accounts import (
    reset_password,
    restore_account,
    switch_off_account,
    switch_off_idle_accounts,
    switch_on_account,
)
from pilots.operations.notices import deliver_due
from pilots.queries.notices import words as text_of
from pilots.states.roles import Role
from pilots.tasks.people import switch_off_idle
from portal.accounts.models import User
from portal.shared.refusals import NotPermitted
from tests.pilots.people import day, someone
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


def test_session_of_before_does_not_live_again_with_the_account(client):
    assert sign_in(client, "clerk", "tuoyu-2021-demo")
    assert client.get(reverse("mine")).status_code == 200
    do(switch_off_account, "county", "clerk")
    do(switch_on_account, "county", "clerk", "复工")
    assert client.get(reverse("mine")).status_code == 302


def second(role):
    """Another holder of an administrator's role."""
    user = User.objects.create(username=f"second-{role}", name="第二名")
    Membership.objects.create(user=user, role=role, starts_on=day(0))
    return user


@pytest.mark.parametrize("by", ["security-admin", "system-admin"])
def test_last_active_administrator_of_a_kind_is_not_switched_off(by):
    with pytest.raises(refusals.LastOfItsKind):
        do(switch_off_account, by, "audit-admin")
    other = second(Role.AUDIT_ADMINISTRATOR)
    do(switch_off_account, by, other.username)
    with pytest.raises(refusals.LastOfItsKind):
        do(switch_off_account, by, "audit-admin")
    assert someone("audit-admin").is_active


def test_demonstration_accounts_do_not_stand_in_for_anybody_in_production(settings):
    other = second(Role.AUDIT_ADMINISTRATOR)
    settings.PRODUCTION = True
    with pytest.raises(refusals.LastOfItsKind):
        do(switch_off_account, "system-admin", other.username)


def test_administrator_is_switched_on_again_at_the_server_alone(as_user):
    other = second(Role.AUDIT_ADMINISTRATOR)
    do(switch_off_account, "system-admin", other.username)
    for by in ("security-admin", "system-admin"):
        with pytest.raises(NotPermitted):
            do(switch_on_account, by, other.username)
        client, page = as_user(by), reverse("account_switch_on", args=[other.pk])
        assert client.get(page).status_code == client.post(page, {"reason": "x"}).status_code == 403
        assert page not in client.get(reverse("person", args=[other.pk])).content.decode()
    restore_account(username=other.username, reason="复核属实", at=NOW)
    assert someone(other.username).is_active


def told(kind):
    deliver_due(at=NOW + timedelta(days=400))
    return sorted(Message.objects.filter(notice__kind=kind).values_list("user__username", flat=True))


def test_all_administrators_hear_that_one_was_switched_off_and_on():
    other = second(Role.AUDIT_ADMINISTRATOR)
    do(switch_off_account, "system-admin", other.username, "岗位调整")
    assert told("administrator.switched_off") == ["audit-admin", "security-admin"]
    restore_account(username=other.username, reason="复核属实", at=NOW)
    assert told("administrator.switched_on") == ["audit-admin", other.username, "security-admin", "system-admin"]
    for language, words in (("en", ("audit administrator", "岗位调整")), ("zh-hans", ("审计管理员", "岗位调整"))):
        with override(language):
            said = text_of(Notice.objects.get(kind="administrator.switched_off")).body
        assert all(word in said for word in (*words, "系统管理员（示例）", f"第二名 ({other.username})"))


def test_administrators_hear_of_one_whom_nobody_saw_for_long(settings):
    other = second(Role.AUDIT_ADMINISTRATOR)
    past = NOW - timedelta(days=settings.IDLE_ACCOUNT_DAYS + 1)
    User.objects.filter(pk=other.pk).update(date_joined=past)
    switch_off_idle_accounts(at=NOW)
    assert told("administrator.switched_off") == ["audit-admin", "security-admin", "system-admin"]
    with override("en"):
        assert "by the portal itself" in text_of(Notice.objects.get(kind="administrator.switched_off")).body


def test_switching_anybody_else_is_no_news_for_administrators():
    do(switch_off_account, "county", "clerk")
    do(switch_on_account, "county", "clerk")
    assert not Notice.objects.filter(kind__startswith="administrator.").exists()


def test_restore_at_the_shell(client):
    second(Role.SECURITY_ADMINISTRATOR)
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
