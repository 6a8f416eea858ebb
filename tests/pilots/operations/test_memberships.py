"""Invite, give, change, end: rows and refusals."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from pilots.models import AccountChange, Membership
from pilots.operations import refusals
from pilots.operations.administration import end_administration, grant_administration
from pilots.operations.memberships import (
    NewPerson,
    Post,
    appoint,
    change_membership,
    end_membership,
    invite_person,
    invite_without_role,
)
from pilots.policies.standing import standing
from pilots.states.roles import Role
from portal.accounts.models import User
from portal.accounts.people import initial_password
from portal.shared.refusals import DomainError, NotPermitted
from tests.pilots.people import BRAND, day, give, invite, post, settle, someone
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


def end(by, membership, last_day, reason="调离"):
    return end_membership(
        membership_id=membership.pk, last_day=last_day, reason=reason, by=someone(by), at=timezone.now()
    )


def change(by, membership, to, reason="换岗"):
    return change_membership(membership_id=membership.pk, post=to, reason=reason, by=someone(by), at=timezone.now())


def membership_of(username):
    return Membership.objects.get(user__username=username)


def grant(by, user, role, starts_on=None, reason="任命"):
    return grant_administration(
        user_id=user.pk, role=role, starts_on=starts_on or day(0), reason=reason, by=someone(by), at=timezone.now()
    )


def test_invited_person_signs_in_with_the_initial_password(client):
    invited = invite("county", Role.INSTITUTION_CLERK, "SJZ-0002", username="li.na", name="李娜")
    assert sign_in(client, "li.na", invited.password)
    user = User.objects.get(username="li.na")
    assert (user.name, user.is_active, user.is_demo, user.is_staff) == ("李娜", True, False, False)
    assert invited.password not in user.password
    row = Membership.objects.get(user=user)
    assert (row.role, row.institution.number, row.starts_on, row.ends_on) == (
        "institution_clerk",
        "SJZ-0002",
        day(0),
        None,
    )
    assert row.recorded_by.username == "county"
    line = AccountChange.objects.get(user=user)
    assert (line.act, line.recorded_by.username) == ("created", "county")


def test_initial_passwords_differ_and_pass_their_rules():
    drawn = {initial_password() for _n in range(200)}
    assert len(drawn) == 200
    for password in drawn:
        assert len(password) == 19
        assert not set(password) & set("IOlo01")
        validate_password(password)


@pytest.mark.parametrize(
    ("by", "role", "place"),
    [
        ("county", Role.COUNTY_OFFICER, "130102"),
        ("county", Role.CITY_OFFICER, "130100"),
        ("county", Role.INSTITUTION_CLERK, "SJZ-0045"),
        ("county", Role.INSTITUTION_DIRECTOR, BRAND),
        ("county", Role.AUDITOR, "130102"),
        ("city", Role.CITY_OFFICER, "130100"),
        ("city", Role.COUNTY_OFFICER, "130202"),
        ("city", Role.INSTITUTION_CLERK, "SJZ-0001"),
        ("director", Role.INSTITUTION_DIRECTOR, "SJZ-0001"),
        ("director", Role.INSTITUTION_CLERK, BRAND),
        ("clerk", Role.INSTITUTION_CLERK, "SJZ-0001"),
        ("system-admin", Role.INSTITUTION_CLERK, "SJZ-0001"),
        ("security-admin", Role.INSTITUTION_CLERK, "SJZ-0001"),
        ("auditor", Role.AUDITOR, "130102"),
        ("county", Role.SYSTEM_ADMINISTRATOR, ""),
        ("security-admin", Role.AUDIT_ADMINISTRATOR, ""),
    ],
)
def test_nobody_invites_above_or_elsewhere(by, role, place):
    before = User.objects.count()
    with pytest.raises(NotPermitted):
        invite(by, role, place)
    assert (User.objects.count(), AccountChange.objects.count()) == (before, 0)


@pytest.mark.parametrize("username", ["clerk", "CLERK", "ｃｌｅｒｋ"])
def test_user_name_is_taken_once(username):
    before = User.objects.count()
    with pytest.raises(refusals.UserNameTaken) as refusal:
        invite("county", Role.REVIEWER, "130102", username=username)
    assert refusal.value.field == "username"
    assert User.objects.count() == before


@pytest.mark.parametrize(
    ("person", "field"),
    [
        (NewPerson("", "李娜"), "username"),
        (NewPerson("li na", "李娜"), "username"),
        (NewPerson("x" * 151, "李娜"), "username"),
        (NewPerson("lina", ""), "name"),
        (NewPerson("lina", "李" * 101), "name"),
        (NewPerson("lina", "李娜", "no address"), "email"),
    ],
)
def test_invitation_without_a_valid_form_stores_nothing(person, field):
    before = User.objects.count()
    with pytest.raises(ValidationError) as refusal:
        invite_person(person=person, post=post(Role.REVIEWER, "130102"), by=someone("county"), at=timezone.now())
    assert list(refusal.value.message_dict) == [field]
    assert User.objects.count() == before


@pytest.mark.parametrize(
    ("to", "refusal", "field"),
    [
        (lambda: post(Role.REVIEWER, "130102", starts_on=day(-1)), refusals.PastDay, "starts_on"),
        (lambda: post(Role.REVIEWER, "130102", starts_on=day(367)), refusals.Implausible, "starts_on"),
        (lambda: post(Role.REVIEWER, "130102", ends_on=day(-1)), refusals.Implausible, "ends_on"),
        (
            lambda: Post(Role.DEPARTMENT_COLLEAGUE, day(0), region_id="130102", department=" "),
            refusals.Implausible,
            "department",
        ),
    ],
)
def test_days_and_department_are_plausible(to, refusal, field):
    with pytest.raises(refusal) as refused:
        invite_person(person=NewPerson("lina", "李娜"), post=to(), by=someone("county"), at=timezone.now())
    assert refused.value.field == field
    assert not User.objects.filter(username="lina").exists()


def test_one_person_acts_for_several_institutions():
    clerk = someone("clerk")
    give("county", clerk, Role.INSTITUTION_CLERK, "SJZ-0002")
    give("county", clerk, Role.INSTITUTION_DIRECTOR, "SJZ-0003", starts_on=day(3))
    assert len(standing(someone("clerk")).institutions) == 2
    assert len(standing(someone("clerk"), day(3)).institutions) == 3


def test_operator_membership_speaks_for_all_its_institutions():
    assert len(standing(someone("brand")).institutions) == 3
    assert standing(someone("brand")).institutions == standing(someone("brand")).directing


@pytest.mark.parametrize("starts_in", [0, 30])
def test_same_role_is_not_given_twice(starts_in):
    with pytest.raises(refusals.HeldAlready) as refusal:
        give("county", someone("clerk"), Role.INSTITUTION_CLERK, "SJZ-0001", starts_on=day(starts_in))
    assert refusal.value.field == "place"
    assert Membership.objects.filter(user__username="clerk").count() == 1


def test_role_is_given_again_after_its_end():
    end("county", membership_of("clerk"), day(5))
    with pytest.raises(refusals.HeldAlready):
        give("county", someone("clerk"), Role.INSTITUTION_CLERK, "SJZ-0001", starts_on=day(5))
    give("county", someone("clerk"), Role.INSTITUTION_CLERK, "SJZ-0001", starts_on=day(6))
    days = Membership.objects.filter(user__username="clerk").order_by("starts_on").values_list("starts_on", "ends_on")
    assert [last for _first, last in days] == [day(5), None]
    assert days[1] == (day(6), None)


def test_administrator_gets_no_business_role():
    user = invite("security-admin", Role.AUDITOR, "130000").user
    end("security-admin", Membership.objects.get(user=user), day(-1))
    grant("security-admin", settle(user), Role.SYSTEM_ADMINISTRATOR)
    with pytest.raises(refusals.RolesApart) as refusal:
        give("security-admin", user, Role.AUDITOR, "130000")
    assert refusal.value.field == "role"


def test_person_not_seen_is_given_nothing():
    with pytest.raises(NotPermitted):
        give("county", someone("county2"), Role.REVIEWER, "130102")


def test_nobody_gives_himself_a_role():
    with pytest.raises(NotPermitted, match=r"Nobody manages himself|不得管理本人"):
        give("county", someone("county"), Role.REVIEWER, "130102")
    assert Membership.objects.filter(user__username="county").count() == 1


def test_switched_off_person_is_given_nothing():
    User.objects.filter(username="clerk").update(is_active=False)
    with pytest.raises(refusals.AccountSwitchedOff):
        give("county", someone("clerk"), Role.INSTITUTION_CLERK, "SJZ-0002")


def test_end_at_once_takes_effect_today():
    assert standing(someone("clerk")).institutions
    ended = end("county", membership_of("clerk"), day(-1))
    assert standing(someone("clerk")).roles == frozenset()
    assert (ended.ends_on, ended.ended_by.username, ended.end_reason) == (day(-1), "county", "调离")
    assert ended.ended_at is not None


def test_end_of_a_membership_that_has_not_begun_withdraws_it():
    future = give("county", someone("clerk"), Role.INSTITUTION_CLERK, "SJZ-0002", starts_on=day(10))
    assert end("county", future, day(3)).ends_on == day(9)
    assert standing(someone("clerk"), day(10)).institutions == standing(someone("clerk")).institutions
    give("county", someone("clerk"), Role.INSTITUTION_CLERK, "SJZ-0002", starts_on=day(10))


def test_membership_given_today_by_mistake_is_withdrawn_today():
    wrong = give("county", someone("clerk"), Role.INSTITUTION_DIRECTOR, "SJZ-0001")
    end("county", wrong, day(-1))
    assert standing(someone("clerk")).roles == {"institution_clerk"}


@pytest.mark.parametrize(
    ("last_day", "reason", "refusal", "field"),
    [
        (-2, "调离", refusals.PastDay, "last_day"),
        (5, "调离", refusals.MembershipEnded, "last_day"),
        (6, "调离", refusals.MembershipEnded, "last_day"),
        (1, " ", refusals.ReasonMissing, "reason"),
    ],
)
def test_end_is_refused(last_day, reason, refusal, field):
    end("county", membership_of("clerk"), day(5))
    with pytest.raises(refusal) as refused:
        end("county", membership_of("clerk"), day(last_day), reason)
    assert refused.value.field == field
    assert membership_of("clerk").ends_on == day(5)


def test_ended_membership_is_not_ended_again():
    end("county", membership_of("clerk"), day(-1))
    with pytest.raises(refusals.MembershipEnded):
        end("county", membership_of("clerk"), day(-1))


@pytest.mark.parametrize(
    "by", ["county2", "director", "city", "province", "reviewer", "system-admin", "security-admin"]
)
def test_reviewer_is_ended_by_nobody_else(by):
    membership = membership_of("department") if by == "reviewer" else membership_of("reviewer")
    if by == "city":
        end(by, membership, day(-1))
        return
    with pytest.raises(NotPermitted):
        end(by, membership, day(-1))
    assert membership_of("reviewer").ends_on is None


def test_change_ends_the_old_and_begins_the_new():
    old = membership_of("clerk")
    new = change("county", old, post(Role.INSTITUTION_DIRECTOR, "SJZ-0001", starts_on=day(4)))
    old.refresh_from_db()
    assert (old.ends_on, old.end_reason) == (day(3), "换岗")
    assert (new.user, new.role, new.starts_on, new.reason) == (old.user, "institution_director", day(4), "换岗")
    assert standing(someone("clerk"), day(3)).directing == frozenset()
    assert standing(someone("clerk"), day(4)).directing == {old.institution_id}


def test_change_of_one_that_has_not_begun_withdraws_it():
    future = give("county", someone("clerk"), Role.INSTITUTION_CLERK, "SJZ-0002", starts_on=day(10))
    change("county", future, post(Role.INSTITUTION_CLERK, "SJZ-0003", starts_on=day(5)))
    future.refresh_from_db()
    assert future.ends_on == day(9)


def test_change_within_a_fixed_term_keeps_its_earlier_end():
    fixed = give("county", someone("clerk"), Role.INSTITUTION_CLERK, "SJZ-0002", ends_on=day(2))
    change("county", fixed, post(Role.INSTITUTION_CLERK, "SJZ-0002", starts_on=day(8)))
    fixed.refresh_from_db()
    assert (fixed.ends_on, fixed.end_reason) == (day(2), "")


@pytest.mark.parametrize(
    ("to", "reason", "refusal"),
    [
        (lambda: post(Role.REVIEWER, "130104"), "换岗", NotPermitted),
        (lambda: post(Role.COUNTY_OFFICER, "130102"), "换岗", NotPermitted),
        (lambda: post(Role.REVIEWER, "130102"), "", refusals.ReasonMissing),
        (lambda: post(Role.REVIEWER, "130102", starts_on=day(-1)), "换岗", refusals.PastDay),
    ],
)
def test_change_is_refused_whole(to, reason, refusal):
    before = list(Membership.objects.values_list("pk", "ends_on"))
    with pytest.raises(refusal):
        change("county", membership_of("clerk"), to(), reason)
    assert list(Membership.objects.values_list("pk", "ends_on")) == before


def test_change_of_an_ended_membership_is_refused():
    end("county", membership_of("clerk"), day(-1))
    with pytest.raises(refusals.MembershipEnded):
        change("county", membership_of("clerk"), post(Role.REVIEWER, "130102"))


def test_administrators_are_granted_by_another_administrator():
    invited = invite_without_role(person=NewPerson("gao", "高"), by=someone("security-admin"), at=timezone.now())
    assert invited.membership is None
    for by, user in (("province", invited.user), ("auditor", invited.user), ("audit-admin", someone("audit-admin"))):
        with pytest.raises(NotPermitted):
            grant(by, user, Role.AUDIT_ADMINISTRATOR)
    with pytest.raises(refusals.Implausible):
        grant("audit-admin", invited.user, Role.REVIEWER)
    with pytest.raises(refusals.ReasonMissing):
        grant("audit-admin", invited.user, Role.AUDIT_ADMINISTRATOR, reason="")
    granted = grant("audit-admin", settle(invited.user), Role.AUDIT_ADMINISTRATOR, starts_on=day(1))
    assert granted.recorded_by.username == "audit-admin"
    with pytest.raises(refusals.RolesApart):
        grant("audit-admin", invited.user, Role.SYSTEM_ADMINISTRATOR, starts_on=day(1))
    with pytest.raises(NotPermitted):
        end("security-admin", granted, day(1))


def end_administrator(by, membership):
    arguments = {"membership_id": membership.pk, "last_day": day(4), "reason": "轮岗", "at": timezone.now()}
    return end_administration(by=someone(by), **arguments)


def test_administrators_role_ends_by_another_administrator():
    membership = membership_of("audit-admin")
    for by in ("audit-admin", "province"):
        with pytest.raises(NotPermitted):
            end_administrator(by, membership)
    with pytest.raises(refusals.Implausible):
        end_administrator("system-admin", membership_of("clerk"))
    assert end_administrator("system-admin", membership).ends_on == day(4)
    assert membership_of("clerk").ends_on is None


def test_officer_becomes_no_administrator_while_in_office():
    settle(someone("province"))
    with pytest.raises(refusals.RolesApart):
        grant("security-admin", someone("province"), Role.SYSTEM_ADMINISTRATOR)
    Membership.objects.filter(user__username="province").update(ends_on=day(9))
    assert grant("security-admin", someone("province"), Role.SYSTEM_ADMINISTRATOR, starts_on=day(10)).pk


@pytest.mark.parametrize("by", ["county", "system-admin", "audit-admin", "auditor"])
def test_account_without_a_role_is_made_by_security_administrators_alone(by):
    before = User.objects.count()
    with pytest.raises(NotPermitted):
        invite_without_role(person=NewPerson("gao", "高"), by=someone(by), at=timezone.now())
    assert User.objects.count() == before


def test_first_people_are_appointed_once():
    invited = appoint(person=NewPerson("first", "首任"), role=Role.SECURITY_ADMINISTRATOR, at=timezone.now())
    assert invited.membership.recorded_by is None
    with pytest.raises(refusals.RoleHeld):
        appoint(person=NewPerson("second", "次任"), role=Role.SECURITY_ADMINISTRATOR, at=timezone.now())
    assert not User.objects.filter(username="second").exists()


def test_refused_operations_leave_no_account_behind():
    """The account and its first role are one transaction."""
    before = User.objects.count()
    with pytest.raises(DomainError):
        invite("county", Role.REVIEWER, "130102", ends_on=day(-1))
    assert User.objects.count() == before
