"""A person of another office is taken on: what is asked, what is told, what is refused alike."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone, translation

from pilots.models import Membership, Message, Notice
from pilots.operations import refusals
from pilots.operations.administration import administration_grant
from pilots.operations.memberships import NewPerson, invite_without_role
from pilots.operations.notices import deliver_due
from pilots.operations.taking_on import MOST_REFUSALS, take_on_person
from pilots.policies import people as policies
from pilots.policies.taking_on import managers_of
from pilots.queries.notices import words
from pilots.states.roles import Role
from portal.accounts.models import User
from portal.shared.refusals import NotPermitted
from tests.pilots.people import day, invite, post, someone

pytestmark = pytest.mark.django_db


def take_on(by, username, name, role=Role.INSTITUTION_CLERK, place="SJZ-0001", **days):
    return take_on_person(
        username=username, name=name, post=post(role, place, **days), by=someone(by), at=timezone.now()
    )


def refused_as_unknown(username, name, **days):
    with pytest.raises(refusals.NoSuchAccount) as refusal:
        take_on("county", username, name, **days)
    return str(refusal.value)


def told():
    deliver_due(at=timezone.now() + timedelta(days=1))
    found = Message.objects.filter(notice__kind="person.taken_on").order_by("user__username")
    return list(found.values_list("user__username", flat=True))


def test_person_of_another_office_is_taken_on_by_user_name_and_name():
    other = someone("county2")
    taken = take_on("county", "county2", other.name)
    assert (taken.user, taken.recorded_by.username) == (other, "county")
    assert User.objects.filter(username="county2").count() == 1


@pytest.mark.parametrize(("username", "name"), [("county2", "张三"), ("nobody", "循环化工园区经办人（示例）")])
def test_taking_on_tells_nothing_about_accounts(username, name):
    assert refused_as_unknown(username, name) in (
        "No account has this user name together with this name.",
        "没有同时符合该用户名和姓名的账号。",
    )


def test_account_that_waits_for_its_first_role_does_not_exist_for_offices():
    gao = invite_without_role(person=NewPerson("gao", "高"), by=someone("security-admin"), at=timezone.now()).user
    assert refused_as_unknown("gao", "高") == refused_as_unknown("nobody", "无名")
    assert not Membership.objects.filter(user=gao).exists()
    assert policies.may_switch_account(someone("security-admin"), gao)


@pytest.mark.parametrize("username", ["system-admin", "security-admin", "audit-admin"])
def test_administrators_do_not_exist_for_offices(username):
    assert refused_as_unknown(username, someone(username).name) == refused_as_unknown("nobody", "无名")


def test_future_and_proposed_administrators_do_not_exist_for_offices():
    for username, starts_on in (("later", day(200)), ("proposed", None)):
        user = invite("security-admin", Role.AUDITOR, "130000", username=username, name="高").user
        Membership.objects.filter(user=user).update(ends_on=day(-1))
        assert not Membership.objects.lasting(day(0)).filter(user=user).exists()
        if starts_on:
            Membership.objects.create(user=user, role=Role.SYSTEM_ADMINISTRATOR, starts_on=starts_on)
        else:
            administration_grant.propose(
                by=someone("security-admin"),
                reason="任命",
                at=timezone.now(),
                user_id=user.pk,
                role=Role.AUDIT_ADMINISTRATOR,
                starts_on=day(0),
            )
        refused_as_unknown(username, "高")
        assert Membership.objects.lasting(day(0)).filter(user=user, role=Role.INSTITUTION_CLERK).count() == 0


def test_switched_off_account_and_superuser_do_not_exist_for_offices():
    User.objects.filter(username="county2").update(is_active=False)
    assert refused_as_unknown("county2", someone("county2").name) == refused_as_unknown("nobody", "无名")
    User.objects.filter(username="county2").update(is_active=True, is_staff=True)
    refused_as_unknown("county2", someone("county2").name)


def test_day_that_is_refused_anyway_tells_nothing_about_accounts():
    for username, name in (("county2", someone("county2").name), ("nobody", "无名")):
        with pytest.raises(refusals.PastDay):
            take_on("county", username, name, starts_on=day(-1))


def test_nobody_takes_himself_on_or_gives_elsewhere():
    with pytest.raises(NotPermitted):
        take_on("county", "county", someone("county").name)
    with pytest.raises(NotPermitted):
        take_on("county", "county2", someone("county2").name, place="SJZ-0045")


def test_names_are_not_tried_out():
    for number in range(MOST_REFUSALS):
        refused_as_unknown(f"name{number}", "无名")
    with pytest.raises(refusals.TooManyTries):
        take_on("county", "county2", someone("county2").name)
    assert take_on("director", "county2", someone("county2").name)
    cache.clear()
    with pytest.raises(refusals.HeldAlready):
        take_on("county", "county2", someone("county2").name)


@pytest.mark.parametrize(
    ("username", "managers"),
    [
        ("county2", ["city"]),
        ("reviewer", ["city", "county"]),
        ("clerk", ["county", "director"]),
        ("brand", ["city", "province", "province2"]),
        ("province", ["security-admin"]),
        ("city", ["province", "province2"]),
        ("auditor", ["security-admin"]),
    ],
)
def test_managers_of_a_person_are_those_who_see_the_person(username, managers):
    found = managers_of(someone(username), timezone.now())
    assert sorted(each.username for each in found) == managers
    seeing = [
        each for each in User.objects.all() if someone(username) in policies.visible_people(someone(each.username))
    ]
    assert sorted(each.username for each in seeing) == sorted([*managers, "system-admin"])


def test_managers_of_a_person_without_a_lasting_role_are_the_former_ones():
    Membership.objects.filter(user__username="clerk").update(ends_on=day(-1))
    assert {each.username for each in managers_of(someone("clerk"), timezone.now())} == {"county", "director"}


def test_offices_that_manage_the_person_are_told_and_the_person_is():
    take_on("county", "brand", someone("brand").name)
    assert told() == ["city", "province", "province2"]
    given = Message.objects.filter(notice__kind="membership.given")
    assert [each.user.username for each in given] == ["brand"]
    for language, words_in in (("en", "a further role"), ("zh-hans", "角色")):
        with translation.override(language):
            said = words(Notice.objects.filter(kind="person.taken_on").first())
            assert someone("brand").name in said.subject
            assert words_in in said.body
            assert someone("county").display_name in said.body


def test_who_takes_a_person_on_is_not_told_of_it():
    take_on("county", "clerk", someone("clerk").name, Role.INSTITUTION_DIRECTOR, "SJZ-0002")
    assert told() == ["director"]


def test_role_that_is_over_hides_nobody_from_who_proposes_administrators():
    clerk = someone("clerk")
    Membership.objects.filter(user=clerk).update(ends_on=day(-1))
    seen = policies.visible_people(someone("security-admin"))
    assert clerk in seen
    assert policies.may_propose_administration(someone("security-admin"), clerk)
    assert set(policies.circle_of(someone("security-admin")).people) == set(seen)
