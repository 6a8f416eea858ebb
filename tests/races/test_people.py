"""Two officers at once, on real PostgreSQL, with threads."""

from datetime import timedelta
from threading import Event

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from pilots.models import AccountChange, Membership
from pilots.operations import refusals
from pilots.operations.accounts import switch_off_account, switch_off_idle_accounts
from pilots.operations.administration import administration_grant, grant_administration
from pilots.operations.memberships import NewPerson, end_membership, invite_without_role
from pilots.states.roles import Role
from portal.accounts.models import User
from portal.shared.refusals import DomainError
from tests.pilots.people import day, give, invite, settle, someone
from tests.races.test_nightly import in_threads

pytestmark = pytest.mark.usefixtures("db")


def outcome(act):
    """What a thread's act came to: "done", or the code of its refusal."""

    def run():
        try:
            act()
        except DomainError as error:
            return error.code
        return "done"

    return run


def test_one_user_name_invited_twice_at_once_is_one_account(db):
    jobs = [outcome(lambda: invite("county", Role.REVIEWER, "130102", username="twin")) for _n in range(4)]
    assert sorted(in_threads(*jobs)) == ["done", "user_name_taken", "user_name_taken", "user_name_taken"]
    assert User.objects.filter(username="twin").count() == 1
    assert Membership.objects.filter(user__username="twin").count() == 1
    assert AccountChange.objects.filter(user__username="twin").count() == 1


def test_one_role_given_twice_at_once_is_given_once(db):
    def job():
        give("county", someone("clerk"), Role.INSTITUTION_CLERK, "SJZ-0002")

    assert sorted(in_threads(*[outcome(job)] * 4)) == ["done", "held_already", "held_already", "held_already"]
    assert Membership.objects.filter(user__username="clerk").count() == 2


def test_one_membership_ended_by_two_at_once_ends_once(db):
    membership = Membership.objects.get(user__username="clerk")

    def job(by, reason):
        last_day = day(-1)
        end_membership(membership_id=membership.pk, last_day=last_day, reason=reason, by=someone(by), at=timezone.now())

    done = in_threads(outcome(lambda: job("county", "甲")), outcome(lambda: job("director", "乙")))
    assert sorted(done) == ["done", "membership_ended"]
    membership.refresh_from_db()
    assert (membership.end_reason, membership.ended_by.username) in {("甲", "county"), ("乙", "director")}


def test_two_administrator_roles_granted_at_once_are_one(db):
    person = NewPerson("gao", "高")
    user = settle(invite_without_role(person=person, by=someone("security-admin"), at=timezone.now()).user)

    def job(by, role):
        grant_administration(
            user_id=user.pk, role=role, starts_on=day(0), reason="任命", by=someone(by), at=timezone.now()
        )

    done = in_threads(
        outcome(lambda: job("audit-admin", Role.SYSTEM_ADMINISTRATOR)),
        outcome(lambda: job("system-admin", Role.AUDIT_ADMINISTRATOR)),
    )
    assert sorted(done) == ["done", "roles_apart"]
    assert Membership.objects.filter(user=user).count() == 1


def test_grant_confirmed_by_two_at_once_is_given_once(db):
    person = NewPerson("gao", "高")
    now, by = timezone.now(), someone("security-admin")
    user = settle(invite_without_role(person=person, by=by, at=now).user)
    asked = {"user_id": user.pk, "role": Role.AUDIT_ADMINISTRATOR, "starts_on": day(0), "reason": "任命"}
    proposal = administration_grant.propose(**asked, by=by, at=now)

    def job(by):
        administration_grant.confirm(proposal_id=proposal.pk, by=someone(by), at=timezone.now())

    done = in_threads(*[outcome(lambda by=by: job(by)) for by in ("audit-admin", "system-admin") * 2])
    assert sorted(done) == ["already_decided", "already_decided", "already_decided", "done"]
    assert Membership.objects.filter(user=user).count() == 1


def test_database_sees_a_row_that_was_not_committed_yet(db):
    """Written past the operations: the second waits for the first, and is refused by what it then sees."""
    user = User.objects.create(username="somebody", name="某人")
    written, begun = Event(), Event()

    def first():
        with transaction.atomic():
            Membership.objects.create(user=user, role=Role.SYSTEM_ADMINISTRATOR, starts_on=day(0))
            written.set()
            assert begun.wait(30)

    def second():
        assert written.wait(30)
        begun.set()
        try:
            Membership.objects.create(user=user, role=Role.AUDITOR, region_id="130000", starts_on=day(0))
        except IntegrityError as error:
            return str(error).splitlines()[0]
        return "stored"

    assert in_threads(first, second) == [None, "An administrator holds no other role."]
    assert list(Membership.objects.filter(user=user).values_list("role", flat=True)) == ["system_administrator"]


def test_account_is_switched_off_once(db):
    clerk = someone("clerk")

    def job(by):
        switch_off_account(user_id=clerk.pk, reason="离职", by=someone(by), at=timezone.now())

    done = in_threads(*[outcome(lambda by=by: job(by)) for by in ("county", "director", "system-admin")])
    assert sorted(done) == ["account_switched_off", "account_switched_off", "done"]
    assert AccountChange.objects.filter(user=clerk).count() == 1


def test_two_nights_switch_an_idle_account_off_once(db):
    long_ago = timezone.now() - timedelta(days=999)
    User.objects.create(username="idle", name="久未登录", date_joined=long_ago)
    found = in_threads(*[lambda: len(switch_off_idle_accounts(at=timezone.now()))] * 3)
    assert sum(found) == 1
    assert AccountChange.objects.filter(user__username="idle").count() == 1


def test_refusals_have_codes_of_their_own():
    names = ("UserNameTaken", "HeldAlready", "MembershipEnded", "RolesApart", "AccountSwitchedOff")
    assert len({getattr(refusals, name).code for name in names}) == len(names)


def test_two_last_administrators_of_a_kind_do_not_switch_off_each_other(db):
    other = User.objects.create(username="other", name="另一名")
    Membership.objects.create(user=other, role=Role.SYSTEM_ADMINISTRATOR, starts_on=day(0))

    def job(by, username):
        switch_off_account(user_id=someone(username).pk, reason="停用", by=someone(by), at=timezone.now())

    done = in_threads(
        outcome(lambda: job("security-admin", "other")), outcome(lambda: job("security-admin", "system-admin"))
    )
    assert sorted(done) == ["done", "last_administrator"]
    assert User.objects.filter(username__in=("other", "system-admin"), is_active=True).count() == 1
