"""Five failures close an account for an address, fifty close the address; nobody learns which names exist."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.hashers import make_password
from django.urls import reverse
from django.utils import timezone

from portal.accounts.guard import typed_name
from portal.accounts.models import User
from tests.portal.accounts.acts import PASSWORD, sign_in, signed_in

pytestmark = pytest.mark.django_db

HERE, ELSEWHERE = "198.51.100.7", "203.0.113.66"


def fail(client, username, times):
    return [sign_in(client, username, "wrong-password").status_code for _ in range(times)]


def text_of(response):
    return " ".join(str(error) for error in response.context["form"].non_field_errors())


def test_fifth_failure_closes_the_account_for_its_address(browser, person):
    client = browser(HERE)
    assert fail(client, person.username, 5) == [422, 422, 422, 422, 429]
    response = sign_in(client, person.username)
    assert response.status_code == 429
    assert "try again in 15 minutes" in text_of(response)
    assert not signed_in(client)


def test_stranger_elsewhere_does_not_keep_the_owner_out(browser, person):
    assert fail(browser(ELSEWHERE), person.username, 9)[-1] == 429
    owner = browser(HERE)
    assert sign_in(owner, person.username).status_code == 302
    assert signed_in(owner)


def test_four_failures_and_a_success_start_anew(browser, person):
    client = browser(HERE)
    for _ in range(3):
        fail(client, person.username, 4)
        assert sign_in(client, person.username).status_code == 302
        client.post(reverse("sign_out"))


def test_account_opens_after_fifteen_minutes_and_tries_in_between_do_not_prolong_it(browser, person):
    client = browser(HERE)
    fail(client, person.username, 5)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14, seconds=30))
    before = AccessAttempt.objects.values("attempt_time", "failures_since_start").get()
    assert fail(client, person.username, 3) == [429, 429, 429]
    assert AccessAttempt.objects.values("attempt_time", "failures_since_start").get() == before
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert sign_in(client, person.username).status_code == 302
    assert signed_in(client)


@pytest.mark.parametrize("spelling", ["WangLiHua", "wanglihua", "ｗａｎｇｌｉｈｕａ"])
def test_spellings_of_a_name_are_counted_together(browser, person, spelling):
    assert typed_name(None, {"username": spelling}) == person.username
    client = browser(HERE)
    fail(client, person.username, 4)
    assert fail(client, spelling, 1) == [429]


def test_other_browser_at_the_same_address_is_counted_together(browser, person):
    fail(browser(HERE, HTTP_USER_AGENT="one"), person.username, 4)
    assert fail(browser(HERE, HTTP_USER_AGENT="two"), person.username, 1) == [429]


def test_fifty_failures_over_many_names_close_the_address_for_an_hour(browser, person):
    client = browser(ELSEWHERE)
    assert {fail(client, f"name{number}", 1)[0] for number in range(50)} == {422}
    response = sign_in(client, person.username)
    assert response.status_code == 429
    assert "in an hour" in text_of(response)
    assert sign_in(browser(HERE), person.username).status_code == 302
    AccessFailureLog.objects.update(attempt_time=timezone.now() - timedelta(minutes=61))
    assert sign_in(client, person.username).status_code == 302


def test_who_signs_in_there_every_day_is_not_kept_out_by_others_of_the_address(browser, person):
    User.objects.filter(pk=person.pk).update(username="Wang.XM")
    assert sign_in(browser(HERE), "Wang.XM").status_code == 302
    fail(browser(HERE), "stranger", 5)
    for number in range(50):
        AccessFailureLog.objects.create(ip_address=HERE, username=f"name{number}", attempt_time=timezone.now())
    assert "in an hour" in text_of(sign_in(browser(HERE), "name50"))
    at_home = browser(HERE)
    assert sign_in(at_home, "Wang.XM").status_code == 302
    again = at_home.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert again.status_code == 302
    assert fail(browser(HERE), "Wang.XM", 5)[-1] == 429, "its own failures count as ever"
    AccessLog.objects.update(attempt_time=timezone.now() - timedelta(days=91))
    AccessAttempt.objects.all().delete()
    assert "in an hour" in text_of(sign_in(browser(HERE), "Wang.XM"))


@pytest.fixture
def kinds(person):
    """Names of accounts of every kind, with the password to try."""
    User.objects.create(username="inactive", name="x", password=make_password(PASSWORD), is_active=False)
    User.objects.create(username="single-sign-on", name="x", password=make_password(None))
    return {
        "known": (person.username, "wrong-password"),
        "unknown": ("no-such-name", PASSWORD),
        "inactive": ("inactive", PASSWORD),
        "inactive, wrong password": ("inactive", "wrong-password"),
        "without password": ("single-sign-on", PASSWORD),
    }


def shown(response, name):
    """What an attacker sees: status, headers, page, without what differs by request."""
    page = response.content.decode()
    for secret in (response.context["csrf_token"], response["X-Request-ID"], name):
        page = page.replace(str(secret), "…")
    for mark in ('name="csrfmiddlewaretoken" value="', '"X-CSRFToken": "', ' nonce="'):
        page = mark.join([page.split(mark)[0], *(part.partition('"')[2] for part in page.split(mark)[1:])])
    by_request = ("X-Request-ID", "Expires", "Content-Length", "Content-Security-Policy")
    headers = {key: value for key, value in response.items() if key not in by_request}
    return response.status_code, headers, page


def test_answers_tell_nothing_about_an_account(browser, kinds):
    """The first wrong answer and the answer to a closed name are letter for letter the same for every kind."""
    first, closed = {}, {}
    for number, (kind, (name, password)) in enumerate(kinds.items()):
        client = browser(f"203.0.113.{number}")
        first[kind] = shown(sign_in(client, name, password), name)
        for _ in range(4):
            sign_in(client, name, password)
        closed[kind] = shown(sign_in(client, name, password), name)
        assert not signed_in(client)
    assert [kind for kind in kinds if first[kind] != first["unknown"]] == []
    assert [kind for kind in kinds if closed[kind] != closed["unknown"]] == []
    assert first["unknown"][0] == 422
    assert closed["unknown"][0] == 429


@pytest.mark.parametrize("typed", ["", " ", "王" * 151, "\x00", "a\x00b", "'; DROP TABLE", "😀" * 70])
def test_odd_names_are_refused(browser, typed):
    assert sign_in(browser(), typed, "x").status_code in (400, 422)


def test_password_again_is_counted_like_a_sign_in(browser, person):
    client = browser()
    sign_in(client, person.username)
    answers = [client.post(reverse("account_reauthenticate"), {"password": "wrong"}).status_code for _ in range(5)]
    assert answers == [422, 422, 422, 422, 429]
    assert AccessAttempt.objects.get().failures_since_start == 5


def test_no_password_is_written_into_the_log_of_failures(browser, person):
    secret = "what-was-typed-by-mistake"
    browser().post(reverse("sign_in"), {"username": person.username, "password": secret, "kept": "k" * 5000})
    row = AccessAttempt.objects.get()
    assert secret not in row.post_data
    assert "kkkk" not in row.post_data
