"""Rules for passwords, and the change of an initial one."""

from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import PastPassword, User
from portal.accounts.passwords import must_change, set_initial_password
from tests.portal.accounts.acts import PASSWORD, sign_in, signed_in

pytestmark = pytest.mark.django_db

GOOD = "beamte-reisen-langsam-42"


def codes(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {each.code for each in error.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        "woaini2021",
        "woainizhangwei",
        "WoAiNi5201314",
        "Zhangwei@2021",
        "shijiazhuang2021",
        "tuoyu-2021-1234",
        "1qaz2wsx3edc",
        "qwertyuiop",
        "asdfghjklasdfghjkl",
        "P@ssw0rd2021",
        "Admin@123456",
        "guanliyuan888",
        "weijianwei2025!",
        "!!!password123",
    ],
)
def test_what_attackers_try_first_is_refused(password):
    assert "password_too_common" in codes(password)


@pytest.mark.parametrize("password", [GOOD, "山高月小水落石出又来", "correct horse battery", "tr4kt0r-und-käse"])
def test_ordinary_good_passwords_pass(password):
    assert codes(password) == set()


def test_short_numeric_and_similar_passwords_are_refused(person):
    assert "password_too_short" in codes("x7-Kq.w2!")
    assert "password_entirely_numeric" in codes("83750194772")
    assert "password_too_similar" in codes("wanglihua-x", person)


def test_last_five_passwords_do_not_come_back(person):
    used = [f"{GOOD}-{number}" for number in range(6)]
    for password in used:
        person.set_password(password)
        person.save()
    assert PastPassword.objects.filter(user=person).count() == 5
    assert [password for password in used if "password_reused" in codes(password, person)] == used[1:]
    assert codes(used[0], person) == set()


def test_password_of_an_account_without_history_counts_too(person):
    PastPassword.objects.all().delete()
    assert codes(PASSWORD, person) == {"password_reused"}


def change(client, new, old=PASSWORD, again=None):
    form = {"oldpassword": old, "password1": new, "password2": again or new}
    return client.post(reverse("account_change_password"), form)


def test_initial_password_is_changed_before_anything_else(browser, person):
    set_initial_password(user=person, password=f"{GOOD}-first")
    client = browser()
    sign_in(client, person.username, f"{GOOD}-first")
    to_change = reverse("account_change_password")
    for name in ("home", "institutions", "mfa_index", "usersessions_list", "mfa_activate_totp"):
        response = client.get(reverse(name))
        assert (response.status_code, response.headers.get("Location")) == (302, to_change), name
    assert client.get("/api/v1/figures/").json()["code"] == "sign_in_incomplete"
    assert "set by someone else" in client.get(to_change).content.decode()
    assert change(client, f"{GOOD}-own", old=f"{GOOD}-first").status_code == 302
    assert client.get(reverse("mfa_index")).status_code == 200
    person.refresh_from_db()
    assert (person.must_change_password, person.check_password(f"{GOOD}-own")) == (False, True)


def test_who_must_change_may_sign_out(browser, person):
    set_initial_password(user=person, password=GOOD)
    client = browser()
    sign_in(client, person.username, GOOD)
    client.post(reverse("sign_out"))
    assert not signed_in(client)


@pytest.mark.parametrize(
    ("new", "old", "again", "field"),
    [
        (GOOD, "wrong", None, "oldpassword"),
        (GOOD, PASSWORD, f"{GOOD}!", "password2"),
        ("woaini2021", PASSWORD, None, "password1"),
        (PASSWORD, PASSWORD, None, "password1"),
        ("x" * 2000, PASSWORD, None, "password1"),
    ],
)
def test_refused_change_says_why_at_the_field(browser, person, new, old, again, field):
    client = browser()
    sign_in(client, person.username)
    response = change(client, new, old, again)
    assert response.status_code == 422
    assert next(iter(response.context["form"].errors)) == field
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_change_ends_the_other_sessions_and_keeps_this_one(browser, person):
    here, there = browser(), browser("203.0.113.5")
    sign_in(here, person.username)
    sign_in(there, person.username)
    assert there.get(reverse("mfa_index")).status_code == 200
    change(here, GOOD)
    assert here.get(reverse("mfa_index")).status_code == 200
    assert there.get(reverse("mfa_index")).status_code == 302


def test_password_set_by_an_office_ends_all_sessions(browser, person):
    client = browser()
    sign_in(client, person.username)
    set_initial_password(user=person, password=GOOD)
    assert client.get(reverse("mfa_index")).status_code == 302


def test_office_s_password_obeys_the_rules(person):
    with pytest.raises(ValidationError):
        set_initial_password(user=person, password="woaini2021")
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_passwords_age_only_where_the_setting_says_so(settings, person):
    User.objects.filter(pk=person.pk).update(password_changed_at=timezone.now() - timedelta(days=91))
    person.refresh_from_db()
    assert not must_change(person)
    settings.PASSWORD_MAX_AGE_DAYS = 90
    assert must_change(person)
    settings.PASSWORD_MAX_AGE_DAYS = 92
    assert not must_change(person)


def test_account_without_password_is_told_so(browser, person):
    client = browser()
    sign_in(client, person.username)
    person.set_unusable_password()
    person.must_change_password = True
    person.save()
    client.force_login(person)
    response = client.get(reverse("account_change_password"), follow=True)
    assert response.redirect_chain == [(reverse("mfa_index"), 302)]
    assert "single sign-on" in response.content.decode()


def test_wrong_old_password_is_limited(browser, person):
    client = browser()
    sign_in(client, person.username)
    answers = [change(client, GOOD, old="wrong").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
