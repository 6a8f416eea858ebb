"""Idle sessions end, own sessions are listed and ended, signed-in pages stay out of caches."""

import pytest
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import translation

from portal.accounts.adapters import AccountAdapter
from portal.accounts.models import User
from portal.accounts.sessions import device_of
from tests.portal.accounts.acts import sign_in, signed_in

pytestmark = pytest.mark.django_db

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"


def idle(client, seconds):
    session = client.session
    session["watch"] = {**session["watch"], "at": session["watch"]["at"] - seconds}
    session.save()


@pytest.mark.parametrize(("role", "minutes"), [("system-admin", 15), ("province", 60), ("clerk", 60)])
def test_idle_session_ends_on_time(as_user, role, minutes):
    page = reverse("mfa_index")
    client = as_user(role)
    idle(client, minutes * 60 - 5)
    assert client.get(page).status_code == 200
    idle(client, minutes * 60 + 5)
    response = client.get(page, follow=True)
    assert not signed_in(client)
    assert response.redirect_chain == [(f"{reverse('sign_in')}?next={page}", 302)]
    assert f"nothing happened for {minutes} minutes" in response.content.decode()


def test_activity_is_written_once_a_minute(as_user, django_assert_num_queries):
    client = as_user("province")
    page = reverse("usersessions_list")
    client.get(page)
    with django_assert_num_queries(5):  # session, user, list; standing and demonstration of the page's frame
        client.get(page)
    idle(client, 61)
    with django_assert_num_queries(5 + 5):  # rules, last use, and the session with its savepoint
        client.get(page)


def test_key_is_not_touched_by_idling(api):
    assert api.get("/api/v1/institutions/SJZ-0001/capacity-reports/").status_code == 200
    assert not api.cookies


def test_session_cookie_ends_with_the_browser(browser, person):
    client = browser()
    sign_in(client, person.username)
    cookie = client.cookies["sessionid"]
    assert (cookie["max-age"], cookie["expires"], cookie["httponly"]) == ("", "", True)


def test_signed_in_pages_stay_out_of_caches(as_user):
    response = as_user("province").get(reverse("region", args=["130100"]))
    assert {"no-store", "private"} <= set(response["Cache-Control"].replace(" ", "").split(","))


@pytest.mark.parametrize("count", [1, 3])
def test_own_sessions_are_listed_at_one_cost(browser, person, django_assert_num_queries, count):
    clients = [browser(f"203.0.113.{number}", HTTP_USER_AGENT=CHROME) for number in range(count)]
    for client in clients:
        sign_in(client, person.username)
    sign_in(browser(), "county")
    page = reverse("usersessions_list")
    clients[0].get(page)
    with django_assert_num_queries(5):
        response = clients[0].get(page)
    rows = response.context["sessions"]
    assert {row.address for row in rows} == {f"203.0.113.{number}" for number in range(count)}
    assert [row.current for row in rows] == [True] + [False] * (count - 1)
    assert rows[0].device == "Chrome · Windows"


def test_one_session_is_ended_and_then_all_others(browser, person):
    here, *others = (browser(f"203.0.113.{number}") for number in range(4))
    for client in (here, *others):
        sign_in(client, person.username)
    page = reverse("usersessions_list")
    rows = {row.address: row.pk for row in here.get(page).context["sessions"]}
    here.post(reverse("sessions_end"), {"session": rows["203.0.113.1"]})
    assert [client.get(page).status_code for client in (here, *others)] == [200, 302, 200, 200]
    here.post(reverse("sessions_end"))
    assert [client.get(page).status_code for client in (here, *others)] == [200, 302, 302, 302]


def test_nobody_ends_another_s_session(browser, person):
    mine, theirs = browser(), browser("203.0.113.1")
    sign_in(mine, person.username)
    sign_in(theirs, "county")
    row = theirs.get(reverse("usersessions_list")).context["sessions"][0]
    before = Session.objects.count()
    for typed in (str(row.pk), "9" * 30, "-1", "x", "０", "²"):
        assert mine.post(reverse("sessions_end"), {"session": typed}).status_code == 302
    assert Session.objects.count() == before
    assert theirs.get(reverse("usersessions_list")).status_code == 200


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (CHROME, "Chrome · Windows"),
        (f"{CHROME} Edg/130.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0", "微信 · iPhone"),
        ("curl/8", "未知设备"),
        ("", "未知设备"),
    ],
)
def test_device_is_named_as_people_know_it(agent, device):
    with translation.override("zh-hans"):
        assert device_of(agent) == device


def test_deactivated_account_loses_its_session(browser, person):
    client = browser()
    sign_in(client, person.username)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get(reverse("mfa_index")).status_code == 302


def test_closed_account_is_turned_away_whichever_way_it_came(browser, person):
    """What a passkey of a closed account meets after it has proved itself."""
    client = browser()
    client.get(reverse("sign_in"))
    request = client.get(reverse("sign_in")).wsgi_request
    request.session = client.session
    SessionMiddleware(lambda _request: None).process_request(request)
    MessageMiddleware(lambda _request: None).process_request(request)
    nothing = dict.fromkeys(("email_verification", "signal_kwargs", "email", "signup", "redirect_url"))
    assert AccountAdapter(request).pre_login(request, person, **nothing) is None
    person.is_active = False
    assert AccountAdapter(request).pre_login(request, person, **nothing)["Location"] == reverse("sign_in")
