"""What the database holds memberships to, whoever writes them: rows written past every operation."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilots.models import AccountChange, Institution, Membership, Operator
from pilots.states.people import Phase, phase_of
from pilots.states.regions import Level
from pilots.states.roles import ADMINISTRATOR_ROLES, BUSINESS_ROLES, INSTITUTION_ROLES, ROLE_LEVELS, Role
from portal.accounts.models import User

pytestmark = pytest.mark.django_db

FIRST = date(2026, 1, 1)
REGIONS = {Level.PROVINCE: "130000", Level.CITY: "130100", Level.COUNTY: "130102"}


@pytest.fixture
def user(db):
    return User.objects.create(username="somebody", name="某人")


def write(user, role, first=FIRST, last=None, **place):
    if not place and role in ROLE_LEVELS:
        place = {"region_id": REGIONS[min(ROLE_LEVELS[role])]}
    if not place and role in INSTITUTION_ROLES:
        place = {"institution": Institution.objects.get(number="SJZ-0001")}
    place.setdefault("department", "消防" if role == Role.DEPARTMENT_COLLEAGUE else "")
    with transaction.atomic():
        return Membership.objects.create(user=user, role=role, starts_on=first, ends_on=last, **place)


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("role", ROLE_LEVELS)
def test_level_of_the_region_fits_the_role(user, role, level):
    if level in ROLE_LEVELS[role]:
        assert write(user, role, region_id=REGIONS[level]).pk
        return
    with pytest.raises(IntegrityError, match="level of the region"):
        write(user, role, region_id=REGIONS[level])
    assert not Membership.objects.filter(user=user).exists()


@pytest.mark.parametrize("other", sorted(Role))
@pytest.mark.parametrize("role", sorted(ADMINISTRATOR_ROLES))
@pytest.mark.parametrize("administrator_first", [True, False])
def test_administrator_holds_nothing_else_at_the_same_time(user, role, other, administrator_first):
    first, second = (role, other) if administrator_first else (other, role)
    write(user, first, last=FIRST + timedelta(days=9))
    refusal = "holds this role here" if role == other else "holds no other role"
    with pytest.raises(IntegrityError, match=refusal):
        write(user, second, FIRST + timedelta(days=9))
    assert write(user, second, FIRST + timedelta(days=10)).pk


def test_business_roles_stand_beside_each_other(user):
    for role in sorted(BUSINESS_ROLES):
        write(user, role)
    assert Membership.objects.filter(user=user).count() == len(BUSINESS_ROLES) == 9


def test_same_role_here_and_elsewhere(user):
    write(user, Role.REVIEWER, region_id="130102")
    assert write(user, Role.REVIEWER, region_id="130104").pk
    with pytest.raises(IntegrityError, match="holds this role here"):
        write(user, Role.REVIEWER, FIRST + timedelta(days=400), region_id="130102")


def test_operator_and_its_institution_are_two_places(user):
    operator = Operator.objects.get(name="爱悦堡（示例）")
    write(user, Role.INSTITUTION_CLERK, operator=operator)
    assert write(user, Role.INSTITUTION_CLERK, institution=operator.institutions.first()).pk
    with pytest.raises(IntegrityError, match="holds this role here"):
        write(user, Role.INSTITUTION_CLERK, operator=operator)


def test_update_that_makes_them_overlap_is_refused(user):
    early = write(user, Role.SYSTEM_ADMINISTRATOR, last=FIRST + timedelta(days=9))
    write(user, Role.AUDITOR, FIRST + timedelta(days=10))
    with pytest.raises(IntegrityError, match="holds no other role"), transaction.atomic():
        Membership.objects.filter(pk=early.pk).update(ends_on=None)
    early.refresh_from_db()
    assert early.ends_on == FIRST + timedelta(days=9)


def test_withdrawn_membership_is_in_nobodys_way(user):
    write(user, Role.SYSTEM_ADMINISTRATOR, last=FIRST - timedelta(days=1))
    assert write(user, Role.AUDITOR).pk
    assert write(user, Role.SYSTEM_ADMINISTRATOR, last=FIRST - timedelta(days=1)).pk
    with pytest.raises(IntegrityError, match="membership_ends_after_start"):
        write(user, Role.REVIEWER, last=FIRST - timedelta(days=2))


@pytest.mark.parametrize(
    ("role", "department"),
    [(Role.DEPARTMENT_COLLEAGUE, ""), (Role.REVIEWER, "消防"), (Role.SYSTEM_ADMINISTRATOR, "消防")],
)
def test_department_is_the_colleagues_alone(user, role, department):
    assert write(user, Role.DEPARTMENT_COLLEAGUE, region_id="130104").pk
    region = None if role in ADMINISTRATOR_ROLES else "130102"
    with pytest.raises(IntegrityError, match="membership_names_the_department"):
        write(user, role, FIRST - timedelta(days=9), FIRST - timedelta(days=9), region_id=region, department=department)


def test_membership_is_not_deleted(user):
    write(user, Role.REVIEWER)
    with pytest.raises(InternalError, match="Cannot delete"):
        Membership.objects.filter(user=user).delete()


@pytest.mark.parametrize(
    "change",
    [
        {"role": Role.AUDITOR},
        {"region": "130104"},
        {"starts_on": FIRST - timedelta(days=1)},
        {"reason": "另一个理由"},
        {"recorded_at": "2020-01-01T00:00Z"},
    ],
)
def test_membership_stays_as_it_was_given(user, change):
    write(user, Role.REVIEWER)
    assert Membership.objects.filter(user=user).update(ends_on=FIRST) == 1
    with pytest.raises(InternalError, match="Cannot update"):
        Membership.objects.filter(user=user).update(**change)


def test_ledger_of_an_account_is_append_only(user):
    AccountChange.objects.create(user=user, act="created")
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        AccountChange.objects.filter(user=user).update(reason="x")
    with pytest.raises(InternalError, match="Cannot update or delete"):
        AccountChange.objects.filter(user=user).delete()


PERIODS = st.tuples(st.sampled_from(sorted(Role)), st.integers(0, 12), st.one_of(st.none(), st.integers(-1, 6)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(PERIODS, max_size=7))
def test_no_day_has_what_the_rule_excludes(user, drawn):
    """Whatever is written in whatever order: no day has what 三员分立 excludes, or one role twice."""
    with transaction.atomic():
        kept = []
        for role, start, length in drawn:
            first = FIRST + timedelta(days=start)
            last = None if length is None else first + timedelta(days=length)
            try:
                kept.append(write(user, role, first, last))
            except IntegrityError:
                fits = [_holds([*kept, Membership(role=role, starts_on=first, ends_on=last)], n) for n in range(40)]
                assert any(_excluded(roles) for roles in fits)
        assert not any(_excluded(_holds(kept, n)) for n in range(40))
        transaction.set_rollback(True)


def _holds(memberships, offset):
    on = FIRST + timedelta(days=offset)
    return [m.role for m in memberships if phase_of(m.starts_on, m.ends_on, on) == Phase.IN_FORCE]


def _excluded(roles):
    administers = set(roles) & ADMINISTRATOR_ROLES
    return len(roles) != len(set(roles)) or (administers and len(set(roles)) > 1)


@pytest.mark.parametrize(
    ("last", "on", "phase"),
    [
        (None, -1, Phase.TO_COME),
        (None, 0, Phase.IN_FORCE),
        (5, 5, Phase.IN_FORCE),
        (5, 6, Phase.OVER),
        (-1, 0, Phase.WITHDRAWN),
        (-1, -5, Phase.WITHDRAWN),
        (0, 0, Phase.IN_FORCE),
    ],
)
def test_phase_and_its_querysets(user, last, on, phase):
    end = None if last is None else FIRST + timedelta(days=last)
    membership, on_day = write(user, Role.REVIEWER, last=end), FIRST + timedelta(days=on)
    assert phase_of(membership.starts_on, membership.ends_on, on_day) == phase
    mine = Membership.objects.filter(user=user)
    assert mine.in_force(on_day).exists() == (phase == Phase.IN_FORCE)
    assert mine.lasting(on_day).exists() == (phase in (Phase.IN_FORCE, Phase.TO_COME))
