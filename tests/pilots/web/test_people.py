"""Pages of people: list, person, acts, one's own roles."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pilots.models import AccountChange, Institution, Membership
from pilots.operations.accounts import switch_off_idle_accounts
from pilots.operations.institutions import close_institution
from pilots.states.roles import Role
from portal.accounts.models import User
from tests.pilots.people import BRAND, day, give, invite, someone
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

MANAGERS = {"province", "city", "county", "county2", "director", "brand", "security-admin", "system-admin"}
ACCOUNTS = [
    *sorted(MANAGERS),
    *("reviewer", "department", "assessor", "clerk", "auditor", "audit-admin"),
]
PASSWORD = re.compile(r"\b[A-Za-z2-9]{4}(?:-[A-Za-z2-9]{4}){3}\b")


def page(name, username="", *more):
    return reverse(name, args=[*([someone(username).pk] if username else []), *more])


def membership_page(name, username):
    membership = Membership.objects.get(user__username=username)
    return reverse(name, args=[membership.user_id, membership.pk])


def listed(response):
    return [row["username"] for row in response.context["rows"]]


INVITATION = {"name": "王小明", "username": "wang.xm", "email": "wang@example.org"}


def invitation(place_of="SJZ-0001", **changed):
    return {
        **INVITATION,
        "starts_on": day(0).isoformat(),
        "place": f"institution:{Institution.objects.get(number=place_of).pk}",
        **changed,
    }


CLERK = "?role=institution_clerk"


@pytest.mark.parametrize("account", ACCOUNTS)
def test_list_is_for_those_who_manage_people(as_user, account):
    client = as_user(account)
    assert client.get(page("people")).status_code == (200 if account in MANAGERS else 403)
    home = client.get(reverse("my_roles")).content.decode()
    assert (f'href="{page("people")}"' in home) == (account in MANAGERS)


def test_strangers_are_sent_to_the_sign_in(client):
    for name in ("people", "person_new", "my_roles", "roles"):
        assert client.get(page(name)).status_code == 302
    assert client.get(page("person", "clerk")).status_code == 302


@pytest.mark.parametrize("count", [1, 3, 20])
def test_list_costs_the_same_for_any_number_of_rows(as_user, django_assert_num_queries, count):
    for n in range(count):
        user = invite("county", Role.REVIEWER, "130102", username=f"many{n}", name=f"同名{n}").user
        give("county", user, Role.INSTITUTION_CLERK, "SJZ-0001")
    client = as_user("county")
    with django_assert_num_queries(8):
        response = client.get(page("people"), {"q": "many"})
    assert len(response.context["rows"]) == count
    assert all(len(row["roles"]) == 2 for row in response.context["rows"])


@pytest.mark.parametrize(("account", "queries"), [("brand", 7), ("security-admin", 8), ("system-admin", 7)])
def test_list_is_cheap_for_everyone(as_user, django_assert_num_queries, account, queries):
    client = as_user(account)
    with django_assert_num_queries(queries):
        client.get(page("people"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"department", "clerk", "director", "reviewer"}),
        ({"q": "clerk"}, {"clerk"}),
        ({"q": "填报"}, {"clerk"}),
        ({"q": "山宝幼儿园"}, {"clerk", "director"}),
        ({"q": "SJZ-0001 负责"}, {"director"}),
        ({"q": "市场监管局"}, {"department"}),
        ({"q": "长安"}, {"department", "reviewer", "clerk", "director"}),
        ({"q": "city"}, set()),
        ({"q": "%"}, set()),
        ({"q": "'; DROP TABLE"}, set()),
        ({"role": "reviewer"}, {"reviewer"}),
        ({"role": "city_officer"}, {"department", "clerk", "director", "reviewer"}),
        ({"state": "off"}, set()),
        ({"state": "never"}, {"department", "clerk", "director", "reviewer"}),
        ({"state": "without_role"}, set()),
        ({"state": "active", "role": "institution_clerk"}, {"clerk"}),
    ],
)
def test_search_and_filters(as_user, query, found):
    assert set(listed(as_user("county").get(page("people"), query))) == found


def test_foreign_role_is_no_choice_of_the_filter(as_user):
    response = as_user("county").get(page("people"), {"role": "city_officer"})
    assert "role" in response.context["filters"].errors


def test_states_of_the_list(as_user):
    Membership.objects.filter(user__username="reviewer").update(ends_on=day(-1))
    User.objects.filter(username="clerk").update(is_active=False)
    client = as_user("county")
    assert listed(client.get(page("people"), {"state": "without_role"})) == ["reviewer"]
    assert listed(client.get(page("people"), {"state": "off"})) == ["clerk"]
    response = client.get(page("people"))
    assert "4 people" in response.content.decode()
    assert "1 switched off" in response.content.decode()


def test_search_finds_nobody_by_what_other_offices_gave(as_user):
    Membership.objects.create(user=someone("clerk"), role=Role.REVIEWER, region_id="130172", starts_on=day(0))
    assert listed(as_user("county").get(page("people"), {"q": "循环化工"})) == []
    text = as_user("county").get(page("person", "clerk")).content.decode()
    assert "roles that other offices manage" in text
    assert "循环化工" not in text


def test_system_administrator_sees_accounts_and_no_places(as_user):
    text = as_user("system-admin").get(page("people")).content.decode()
    assert "clerk" in text
    assert "institution clerk" in text
    for place in ("山宝幼儿园", "长安区 ", "爱悦堡"):
        assert place not in text
    person = as_user("system-admin").get(page("person", "clerk")).content.decode()
    assert "山宝幼儿园" not in person
    assert "Switch off" in person


def test_part_for_htmx_is_the_part_of_the_page(as_user):
    client = as_user("county")
    headers = {"HX-Request": "true", "HX-Target": "people-rows"}
    part = client.get(page("people"), {"q": "clerk"}, headers=headers)
    assert part.content.decode().lstrip().startswith("<section")
    assert "HX-Request" in part["Vary"]
    assert listed(part) == ["clerk"]


def test_pages_of_fifty(as_user):
    for n in range(51):
        invite("county", Role.REVIEWER, "130102", username=f"many{n}", name=f"许多{n:02}")
    first = as_user("county").get(page("people"), {"q": "many"})
    assert (len(listed(first)), first.context["page_obj"].paginator.count) == (50, 51)
    assert listed(as_user("county").get(page("people"), {"q": "many", "page": "2"})) == ["many50"]


@pytest.mark.parametrize("account", ["county2", "province", "reviewer", "clerk", "auditor", "audit-admin", "director"])
def test_person_of_others_is_not_found(as_user, account):
    client = as_user(account)
    assert Membership.objects.filter(user__username="department").exists()
    for name in ("person", "membership_give", "account_switch_off", "account_switch_on", "account_reset_password"):
        assert client.get(page(name, "department")).status_code == 404
        assert client.post(page(name, "department"), {"reason": "x"}).status_code in (404, 405)
    for name in ("membership_change", "membership_end"):
        assert client.post(membership_page(name, "department"), {"reason": "x"}).status_code == 404
    assert someone("department").is_active
    assert not AccountChange.objects.exists()


def test_membership_of_another_person_is_not_found_under_this_one(as_user):
    foreign = Membership.objects.get(user__username="reviewer")
    url = reverse("membership_end", args=[someone("clerk").pk, foreign.pk])
    assert as_user("county").get(url).status_code == 404


def test_visible_person_without_the_right_is_refused(as_user):
    give("city", someone("reviewer"), Role.REVIEWER, "130104")
    assert as_user("county").get(page("person", "reviewer")).status_code == 200
    assert as_user("county").get(page("account_switch_off", "reviewer")).status_code == 403
    assert as_user("county").get(page("account_reset_password", "reviewer")).status_code == 403
    assert as_user("county").get(page("administration_grant", "reviewer")).status_code == 403
    assert as_user("system-admin").get(page("membership_give", "reviewer")).status_code == 403
    assert as_user("system-admin").get(membership_page("membership_end", "clerk")).status_code == 403
    assert as_user("system-admin").get(membership_page("administration_end", "audit-admin")).status_code == 403
    assert as_user("system-admin").get(page("account_reset_password", "security-admin")).status_code == 403
    assert as_user("system-admin").get(page("person_new")).status_code == 403


def test_own_page_is_not_among_the_people(as_user):
    assert as_user("county").get(page("person", "county")).status_code == 404
    assert as_user("system-admin").post(page("account_switch_off", "system-admin"), {"reason": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("account", "roles"),
    [
        ("province", 5 + 1),
        ("city", 6),
        ("county", 4),
        ("security-admin", 3),
    ],
)
def test_roles_to_choose_from(as_user, account, roles):
    response = as_user(account).get(page("person_new"))
    assert len(response.context["choices"]) == roles


def test_director_invites_clerks_without_choosing(as_user):
    response = as_user("director").get(page("person_new"))
    assert response.context["form"].role == Role.INSTITUTION_CLERK
    assert len(response.context["form"].fields["place"].choices) == 1


def test_brand_director_chooses_among_its_institutions_or_all(as_user):
    response = as_user("brand").get(page("person_new"))
    groups = dict(response.context["form"].fields["place"].choices[1:])
    assert [len(places) for places in groups.values()] == [3, 1]


def test_invitation_shows_the_password_once_and_keeps_it_nowhere(as_user):
    client = as_user("county")
    response = client.post(page("person_new") + CLERK, invitation())
    text = response.content.decode()
    (password,) = set(PASSWORD.findall(text))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert sign_in(Client(), "wang.xm", password)
    user = someone("wang.xm")
    assert (user.name, user.email) == ("王小明", "wang@example.org")
    assert Membership.objects.get(user=user).institution.number == "SJZ-0001"
    for url in (page("person", "wang.xm"), page("people"), page("person_new") + CLERK):
        assert password not in client.get(url).content.decode()
    assert password not in str(dict(client.session))


def test_second_click_on_invite_says_so_and_loses_nothing(as_user):
    client = as_user("county")
    client.post(page("person_new") + CLERK, invitation())
    response = client.post(page("person_new") + CLERK, invitation())
    text = response.content.decode()
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["username"]
    assert 'value="王小明"' in text
    assert page("person", "wang.xm") in text
    assert User.objects.filter(username="wang.xm").count() == 1
    assert Membership.objects.filter(user__username="wang.xm").count() == 1


def test_taken_user_name_of_others_tells_no_more_than_that(as_user):
    response = as_user("county").post(page("person_new") + CLERK, invitation(username="county2"))
    assert response.status_code == 422
    assert response.context["existing"] == ""
    assert someone("county2").name not in response.content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "王\u202e小明"}, "name"),
        ({"name": "长" * 101}, "name"),
        ({"username": "wang xm"}, "username"),
        ({"username": ""}, "username"),
        ({"email": "nothing"}, "email"),
        ({"place": ""}, "place"),
        ({"place": "institution:999999"}, "place"),
        ({"place": "region:130102"}, "place"),
        ({"place": "' OR 1=1"}, "place"),
        ({"starts_on": ""}, "starts_on"),
        ({"starts_on": "2021-01-01"}, "starts_on"),
        ({"starts_on": "9999-12-31"}, "starts_on"),
        ({"ends_on": "2021-01-01"}, "ends_on"),
    ],
)
def test_wrong_invitation_is_refused_at_its_field(as_user, change, field):
    before = User.objects.count()
    response = as_user("county").post(page("person_new") + CLERK, invitation(**change))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert User.objects.count() == before
    if field != "email":
        assert "wang@example.org" in response.content.decode()


def test_place_of_another_county_is_no_choice(as_user):
    response = as_user("county").post(page("person_new") + CLERK, invitation("SJZ-0045"))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["place"]
    assert not User.objects.filter(username="wang.xm").exists()


def test_role_that_is_not_given_is_no_choice(as_user):
    response = as_user("county").post(
        page("person_new") + "?role=city_officer", {**INVITATION, "place": "region:130100"}
    )
    assert "choices" in response.context
    assert not User.objects.filter(username="wang.xm").exists()


def test_closed_institution_gets_no_new_people(as_user):
    closed = Institution.objects.get(number="SJZ-0002")
    close_institution(
        institution_id=closed.pk, closed_on=date(2026, 1, 1), reason="停办", by=someone("county"), at=timezone.now()
    )
    response = as_user("county").post(page("person_new") + CLERK, invitation("SJZ-0002"))
    assert list(response.context["form"].errors) == ["place"]


def test_person_with_an_account_is_taken_on(as_user):
    other = someone("county2")
    form = invitation(username="county2", name=other.name, existing="on")
    response = as_user("county").post(page("person_new") + CLERK, form)
    assert response["Location"] == page("person", "county2")
    assert Membership.objects.filter(user=other).count() == 2
    wrong = as_user("county").post(
        page("person_new") + CLERK, invitation(username="county2", name="别人", existing="on")
    )
    assert list(wrong.context["form"].errors) == ["username"]


def test_another_role_is_given(as_user):
    url = page("membership_give", "clerk") + "?role=reviewer"
    form = {"place": "region:130102", "starts_on": day(1).isoformat(), "ends_on": day(9).isoformat(), "reason": "兼任"}
    client = as_user("county")
    assert client.post(url, form)["Location"] == page("person", "clerk")
    given = Membership.objects.get(user__username="clerk", role=Role.REVIEWER)
    assert (given.region_id, given.starts_on, given.ends_on, given.reason) == ("130102", day(1), day(9), "兼任")
    again = client.post(url, form)
    assert (again.status_code, list(again.context["form"].errors)) == (422, ["place"])
    text = client.get(page("person", "clerk")).content.decode()
    assert "not begun" in text
    assert "兼任" in text


def test_change_page_begins_with_what_is(as_user):
    url = membership_page("membership_change", "clerk")
    client = as_user("county")
    form = client.get(url).context["form"]
    assert form["place"].value() == f"institution:{Membership.objects.get(user__username='clerk').institution_id}"
    response = client.post(
        url + "?role=institution_director", invitation(reason="任命为负责人", starts_on=day(2).isoformat())
    )
    assert response["Location"] == page("person", "clerk")
    rows = Membership.objects.filter(user__username="clerk").order_by("starts_on").values_list("role", "ends_on")
    assert list(rows) == [("institution_clerk", day(1)), ("institution_director", None)]


def test_change_needs_a_reason_at_its_field(as_user):
    response = as_user("county").post(membership_page("membership_change", "clerk"), invitation(reason=""))
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["reason"])


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"when": "day", "reason": ""}, "reason"),
        ({"when": "day", "last_day": "", "reason": "离职"}, "last_day"),
        ({"when": "day", "last_day": "2021-02-30", "reason": "离职"}, "last_day"),
        ({"when": "day", "last_day": "2021-01-01", "reason": "离职"}, "last_day"),
        ({"when": "", "reason": "离职"}, "when"),
        ({"when": "day", "reason": "长" * 501}, "reason"),
    ],
)
def test_wrong_end_is_refused_at_its_field(as_user, form, field):
    form = {"last_day": day(0).isoformat(), **form}
    response = as_user("county").post(membership_page("membership_end", "clerk"), form)
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert Membership.objects.get(user__username="clerk").ends_on is None


@pytest.mark.parametrize(("when", "last"), [("now", -1), ("day", 3)])
def test_membership_ends_and_says_by_whom_and_why(as_user, when, last):
    client = as_user("county")
    url = membership_page("membership_end", "clerk")
    client.post(url, {"when": when, "last_day": day(3).isoformat(), "reason": "调离本机构"})
    ended = Membership.objects.get(user__username="clerk")
    assert (ended.ends_on, ended.ended_by.username, ended.end_reason) == (day(last), "county", "调离本机构")
    text = client.get(page("person", "clerk")).content.decode()
    assert "调离本机构" in text
    again = client.post(url, {"when": when, "last_day": day(3).isoformat(), "reason": "再次"})
    assert again.status_code == 422
    assert "ends on" in again.content.decode() or "has ended already" in again.content.decode()


def test_switching_off_and_on(as_user):
    client = as_user("county")
    refused = client.post(page("account_switch_off", "clerk"), {"reason": " "})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["reason"])
    assert client.post(page("account_switch_off", "clerk"), {"reason": "停薪留职"}).status_code == 302
    assert not someone("clerk").is_active
    text = client.get(page("person", "clerk")).content.decode()
    assert "停薪留职" in text
    assert "switched off" in text
    assert client.post(page("account_switch_off", "clerk"), {"reason": "x"}).status_code == 422
    assert client.post(page("account_switch_on", "clerk"), {"reason": "返岗"}).status_code == 302
    assert someone("clerk").is_active


def test_idle_account_tells_why_on_the_persons_page(as_user, settings):
    user = invite("county", Role.REVIEWER, "130102").user
    User.objects.filter(pk=user.pk).update(date_joined=timezone.now() - timedelta(days=999))
    switch_off_idle_accounts(at=timezone.now())
    text = as_user("county").get(page("person", "new")).content.decode()
    assert "switched off for not being used" in text
    assert "Switch on" in text
    as_user("county").post(page("account_switch_on", "new"), {"reason": "继续任职"})
    assert switch_off_idle_accounts(at=timezone.now()) == []


def test_new_password_is_shown_once(as_user):
    client = as_user("county")
    response = client.post(page("account_reset_password", "clerk"), {"reason": "忘记密码"})
    (password,) = set(PASSWORD.findall(response.content.decode()))
    assert "no-store" in response["Cache-Control"]
    assert sign_in(Client(), "clerk", password)
    assert password not in client.get(page("account_reset_password", "clerk")).content.decode()
    assert client.get(page("account_reset_password", "clerk")).context["form"].errors == {}


def test_administrators_account_is_made_first_without_a_role(as_user):
    client = as_user("security-admin")
    response = client.post(page("person_new") + "?role=administrator", INVITATION)
    assert len(set(PASSWORD.findall(response.content.decode()))) == 1
    assert not Membership.objects.filter(user__username="wang.xm").exists()
    url = page("administration_grant", "wang.xm")
    assert "needs confirmation by another administrator" in client.get(url).content.decode()
    assert as_user("county").get(page("person_new") + "?role=administrator").context["choices"]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_everyone_reads_the_own_roles_and_what_they_open(as_user, account):
    response = as_user(account).get(reverse("my_roles"))
    held = Membership.objects.get(user__username=account)
    assert [row["pk"] for row in response.context["memberships"]] == [held.pk]
    assert response.context["memberships"][0]["actions"] == []
    assert bool(response.context["acts"]) == (account != "assessor")


def test_account_without_a_role_is_told_so(as_user):
    User.objects.create(username="fresh", name="新人")
    text = as_user("fresh").get(reverse("my_roles")).content.decode()
    assert "No role was given to this account yet" in text


def test_empty_list_invites(as_user):
    Membership.objects.filter(user__username="clerk").update(ends_on="2019-01-01")
    text = as_user("county2").get(page("people")).content.decode()
    assert "Nobody yet" in text


def test_long_names_are_escaped_and_shown(as_user):
    invite("county", Role.REVIEWER, "130102", username="x" * 150, name="<b>" + "很长" * 48)
    text = as_user("county").get(page("people")).content.decode()
    assert "&lt;b&gt;很长" in text
    assert "<b>很长" not in text


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "abc", "-1"])
def test_odd_numbers_are_not_found(as_user, number):
    assert as_user("county").get(f"/people/{number}/").status_code == 404


def test_operator_place_is_named(as_user):
    text = as_user("city").get(page("person", "brand")).content.decode()
    assert f"all institutions of {BRAND}" in text


def offered(response):
    found = [*response.context["actions"], *response.context["account_actions"]]
    return [str(action["label"]) for action in found]


def test_person_page_offers_what_the_reader_can_do(as_user):
    client = as_user("security-admin")
    User.objects.create(username="fresh", name="新人")
    assert offered(client.get(page("person", "fresh"))) == [
        "Give a role",
        "Propose as administrator",
        "Reset the password",
        "Switch off",
    ]
    assert offered(client.get(page("person", "audit-admin"))) == ["Switch off"]
    assert offered(as_user("system-admin").get(page("person", "clerk"))) == ["Reset the password", "Switch off"]
    User.objects.filter(username="clerk").update(is_active=False)
    assert offered(as_user("county").get(page("person", "clerk"))) == ["Switch on"]


def test_role_is_chosen_before_it_is_given(as_user):
    response = as_user("county").get(page("membership_give", "clerk"))
    assert [choice["label"] for choice in response.context["choices"]] == [
        "reviewer",
        "department colleague",
        "institution director",
        "institution clerk",
    ]


def test_withdrawn_role_says_so(as_user):
    give("county", someone("clerk"), Role.REVIEWER, "130102", starts_on=day(10))
    future = Membership.objects.get(user__username="clerk", role=Role.REVIEWER)
    client = as_user("county")
    url = reverse("membership_end", args=[future.user_id, future.pk])
    assert client.post(url, {"when": "now", "reason": "取消"}).status_code == 302
    text = client.get(page("person", "clerk")).content.decode()
    assert "withdrawn before it began" in text
    assert f"was to begin on {day(10)}" in text


def test_wrong_account_without_a_role_is_refused_at_its_field(as_user):
    client = as_user("security-admin")
    response = client.post(page("person_new") + "?role=administrator", {**INVITATION, "username": "clerk"})
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["username"])
    assert client.get(page("person_new") + "?role=administrator").status_code == 200


def test_person_stays_in_sight_after_the_end_until_the_manager_leaves(as_user):
    client = as_user("director")
    client.post(membership_page("membership_end", "clerk"), {"when": "now", "reason": "离职"})
    assert client.get(page("person", "clerk")).status_code == 200
    Membership.objects.filter(user__username="director").update(ends_on=day(-1))
    assert as_user("director").get(page("person", "clerk")).status_code == 404


def test_page_of_how_people_sign_in_stands_under_people(as_user):
    page = as_user("county").get(reverse("office_sign_in", args=["130102"]))
    assert [entry["url"] for entry in page.context["navigation"] if entry["active"]] == [reverse("people")]
