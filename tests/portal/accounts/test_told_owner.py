"""What happens to an account is told to its owner: once, and to nobody else."""

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt, AccessLog
from django.urls import reverse
from django.utils import timezone, translation

from pilots.models import AccountChange, Message, Notice
from pilots.operations import account_notices
from pilots.operations.account_notices import LOCKS_TOLD_A_DAY
from pilots.operations.notices import deliver_due
from pilots.queries.notices import words
from portal.accounts.models import User
from tests.portal.accounts.acts import PASSWORD, sign_in
from tests.portal.accounts.codes import totp

pytestmark = pytest.mark.django_db

HERE, ELSEWHERE, THIRD = "198.51.100.7", "203.0.113.66", "203.0.113.99"
GOOD = "beamte-reisen-langsam-42"


def told(kind):
    deliver_due(at=timezone.now() + timedelta(days=1))
    return list(Message.objects.filter(notice__kind=kind).values_list("user__username", flat=True))


def said(kind, language="en"):
    with translation.override(language):
        return words(Notice.objects.filter(kind=kind).latest("pk")).body


def fail(client, username, times=5):
    return [sign_in(client, username, "wrong-password").status_code for _ in range(times)]


def test_everything_is_heard_once_whatever_is_connected_again(browser, person):
    account_notices.connect()
    fail(browser(HERE), person.username)
    assert told("account.locked") == [person.username]


# --- locks -------------------------------------------------------------------------------------------


def test_lock_is_told_once_however_often_it_is_tried(browser, person):
    client = browser(HERE)
    assert fail(client, person.username, 9)[4:] == [429] * 5
    assert told("account.locked") == [person.username]
    assert f"from {HERE} was locked" in said("account.locked")
    assert "5 failures" in said("account.locked")
    assert "暂停" in said("account.locked", "zh-hans")


def test_four_failures_are_no_lock(browser, person):
    fail(browser(HERE), person.username, 4)
    assert told("account.locked") == []


def test_lock_for_another_address_and_a_later_one_are_told_again(browser, person):
    fail(browser(HERE), person.username)
    fail(browser(ELSEWHERE), person.username)
    assert told("account.locked") == [person.username] * 2
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    fail(browser(HERE), person.username)
    assert told("account.locked") == [person.username] * 3


def test_spelling_of_the_name_does_not_hide_the_lock(browser, person):
    User.objects.filter(pk=person.pk).update(username="WangLiHua")
    fail(browser(HERE), "WANGLIHUA")
    assert told("account.locked") == ["WangLiHua"]


def test_unknown_and_closed_accounts_are_told_to_nobody(browser, person):
    User.objects.filter(pk=person.pk).update(is_active=False)
    for name in (person.username, "no-such-name"):
        fail(browser(HERE), name)
    assert not Notice.objects.exists()


def test_address_that_is_closed_for_all_names_locks_no_account(browser, person, settings):
    settings.AXES_ADDRESS_LIMIT = 3
    client = browser(HERE)
    assert [fail(client, f"name{number}", 1) for number in range(3)]
    assert fail(client, person.username) == [429] * 5
    assert not Notice.objects.exists()


def test_stranger_with_many_addresses_does_not_fill_the_desk(browser, person):
    for number in range(LOCKS_TOLD_A_DAY + 2):
        fail(browser(f"203.0.113.{number}"), person.username)
    assert len(told("account.locked")) == LOCKS_TOLD_A_DAY


# --- addresses ---------------------------------------------------------------------------------------


def test_first_sign_in_ever_and_a_known_address_are_not_told(browser, person):
    for _ in range(2):
        sign_in(browser(HERE), person.username)
    assert not Notice.objects.exists()


def test_new_address_is_told_once(browser, person):
    sign_in(browser(HERE), person.username)
    for _ in range(2):
        sign_in(browser(ELSEWHERE), person.username)
    assert told("account.new_address") == [person.username]
    assert f"from {ELSEWHERE}" in said("account.new_address")
    assert ELSEWHERE in said("account.new_address", "zh-hans")
    sign_in(browser(THIRD), person.username)
    sign_in(browser(HERE), person.username)
    assert len(told("account.new_address")) == 2


def test_address_that_was_not_used_for_long_is_new_again(browser, person, settings):
    sign_in(browser(HERE), person.username)
    AccessLog.objects.update(attempt_time=timezone.now() - timedelta(days=settings.KNOWN_ADDRESS_DAYS, minutes=1))
    sign_in(browser(HERE), person.username)
    assert told("account.new_address") == [person.username]


def test_network_of_ipv6_is_one_address(browser, person):
    sign_in(browser("2001:db8:1:2::1"), person.username)
    sign_in(browser("2001:db8:1:2::9"), person.username)
    assert told("account.new_address") == []
    sign_in(browser("2001:db8:1:3::9"), person.username)
    assert "2001:db8:1:3::9" in said("account.new_address")


def test_wrong_password_from_a_new_address_is_no_sign_in(browser, person):
    sign_in(browser(HERE), person.username)
    fail(browser(ELSEWHERE), person.username, 1)
    assert told("account.new_address") == []


def test_address_of_another_account_is_not_known_for_this_one(browser, person):
    other = User.objects.create(username="other", name="别人")
    other.set_password(PASSWORD)
    other.save()
    sign_in(browser(HERE), person.username)
    sign_in(browser(ELSEWHERE), other.username)
    sign_in(browser(ELSEWHERE), person.username)
    assert told("account.new_address") == [person.username]


# --- passwords and factors -----------------------------------------------------------------------------


def test_own_password_is_told_when_it_changed(browser, person):
    client = browser(HERE)
    sign_in(client, person.username)
    form = {"oldpassword": PASSWORD, "password1": GOOD, "password2": GOOD}
    assert client.post(reverse("account_change_password"), {**form, "oldpassword": "wrong"}).status_code == 422
    assert not Notice.objects.exists()
    assert client.post(reverse("account_change_password"), form).status_code == 302
    assert told("account.password_changed") == [person.username]
    assert "密码" in said("account.password_changed", "zh-hans")


def test_factors_are_told_as_they_come_and_go(browser, person, django_capture_on_commit_callbacks):
    client = browser(HERE)
    sign_in(client, person.username)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'<code class="secret"[^>]*>([A-Z2-7 ]+)</code>', page)[1]
    kind, found = "account.second_factor_changed", []
    for route, form in (
        ("mfa_activate_totp", {"code": totp(secret, time.time())}),
        ("mfa_generate_recovery_codes", {}),
        ("mfa_deactivate_totp", {}),
    ):
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(reverse(route), form).status_code == 302
        found.append(len(told(kind)))
    assert not Authenticator.objects.exists()
    assert found == [1, 2, 3]
    assert set(told(kind)) == {person.username}
    assert "added or removed" in said(kind)
    noted = AccountChange.objects.filter(user=person).order_by("pk")
    assert [change.act for change in noted] == ["factor_added", "codes_renewed", "factor_removed"]
    assert {change.recorded_by for change in noted} == {person}
    events = AccountChange.pgh_event_model.objects.filter(user=person).order_by("pgh_id")
    acts = ["account.factor_added", "account.codes_renewed", "account.factor_removed"]
    assert [event.pgh_context["act"] for event in events] == acts
