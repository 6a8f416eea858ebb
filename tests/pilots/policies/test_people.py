"""Who manages whom, against an oracle that knows the rules as sentences."""

import pytest
from django.contrib.auth.models import AnonymousUser

from pilots.models import Institution, InstitutionKey, Membership, Operator, Region
from pilots.policies import people as policies
from pilots.policies.standing import KeyHolder
from pilots.states.management import RULES
from pilots.states.roles import ADMINISTRATOR_ROLES, INSTITUTION_ROLES, ROLE_LEVELS, Role
from portal.accounts.models import User
from tests.pilots.people import BRAND, day, give, invite, post, someone

pytestmark = pytest.mark.django_db

ACCOUNTS = (
    *(
        "province",
        "province2",
        "city",
        "county",
        "county2",
        "reviewer",
        "department",
        "assessor",
        "clerk",
        "director",
        "brand",
    ),
    *("auditor", "system-admin", "security-admin", "audit-admin"),
)
CITY = "130100"
IN_ONE_COUNTY = "禾芽（示例）"
"""Its one institution lies in 130171."""

# By hand, from docs/people.md: (account, role) → places it may give the role at, of those tried below.
COUNTIES = {"130102", "130104"}
TRIED = [
    "130000",
    CITY,
    "130102",
    "130104",
    "130181",
    "130200",
    "SJZ-0001",
    "SJZ-0002",
    "SJZ-0047",
    BRAND,
    IN_ONE_COUNTY,
]
GIVES = {
    ("province", Role.ASSESSOR): {"130000"},
    ("province", Role.DEPARTMENT_COLLEAGUE): {"130000"},
    ("province", Role.CITY_OFFICER): {CITY, "130200"},
    ("province", Role.COUNTY_OFFICER): {"130181"},
    ("province", Role.INSTITUTION_DIRECTOR): {BRAND, IN_ONE_COUNTY},
    ("province", Role.INSTITUTION_CLERK): {BRAND, IN_ONE_COUNTY},
    ("city", Role.ASSESSOR): {CITY, *COUNTIES},
    ("city", Role.DEPARTMENT_COLLEAGUE): {CITY, *COUNTIES},
    ("city", Role.COUNTY_OFFICER): COUNTIES,
    ("city", Role.REVIEWER): COUNTIES,
    ("city", Role.INSTITUTION_DIRECTOR): {BRAND, IN_ONE_COUNTY},
    ("city", Role.INSTITUTION_CLERK): {BRAND, IN_ONE_COUNTY},
    ("county", Role.REVIEWER): {"130102"},
    ("county", Role.DEPARTMENT_COLLEAGUE): {"130102"},
    ("county", Role.INSTITUTION_DIRECTOR): {"SJZ-0001", "SJZ-0002"},
    ("county", Role.INSTITUTION_CLERK): {"SJZ-0001", "SJZ-0002"},
    ("director", Role.INSTITUTION_CLERK): {"SJZ-0001"},
    ("brand", Role.INSTITUTION_CLERK): {"SJZ-0002", BRAND},
    ("security-admin", Role.PROVINCE_OFFICER): {"130000"},
    ("security-admin", Role.AUDITOR): {"130000", CITY, "130102", "130104", "130181", "130200"},
}
GIVES |= {("province2", role): places for (account, role), places in GIVES.items() if account == "province"}


@pytest.mark.parametrize("role", sorted(Role))
@pytest.mark.parametrize("account", ACCOUNTS)
def test_roles_are_given_below_and_nowhere_else(account, role):
    by = someone(account)
    given = {place for place in TRIED if _hangs(role, place) and policies.may_place(by, post(role, place).membership())}
    assert given == GIVES.get((account, role), set())


def _hangs(role, place):
    if role in INSTITUTION_ROLES:
        return not place.isdigit()
    return role in ROLE_LEVELS and place.isdigit()


def test_county_gives_operator_wide_roles_only_where_the_operator_is_all_its_own():
    brand = Operator.objects.get(name=IN_ONE_COUNTY)
    officer = give("city", invite("city", Role.REVIEWER, "130171").user, Role.COUNTY_OFFICER, "130171").user
    membership = post(Role.INSTITUTION_DIRECTOR, IN_ONE_COUNTY).membership()
    assert policies.may_place(someone(officer.username), membership)
    Institution.objects.create(
        name="另一县的园", county_id="130102", operator=brand, service_model="social", opened_on="2026-01-01"
    )
    assert not policies.may_place(someone(officer.username), membership)
    assert policies.may_place(someone("city"), membership)


SEES = {
    "province": {"city", "brand"},
    "province2": {"city", "brand"},
    "city": {"county", "county2", "reviewer", "department", "assessor", "brand"},
    "county": {"reviewer", "department", "clerk", "director"},
    "county2": set(),
    "director": {"clerk"},
    "brand": set(),
    "security-admin": {"province", "province2", "auditor", "system-admin", "audit-admin"},
    "system-admin": set(ACCOUNTS) - {"system-admin"},
}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_people_seen_are_those_managed(account):
    seen = set(policies.visible_people(someone(account)).values_list("username", flat=True))
    assert seen == SEES.get(account, set())
    assert policies.manages_people(someone(account)) == (account in SEES)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_nobody_manages_himself(account):
    me = someone(account)
    assert not policies.visible_people(me).filter(pk=me.pk).exists()
    assert not policies.may_switch_account(me, me)
    assert not policies.may_reset_password(me, me)
    assert not policies.may_propose_administration(me, me)
    assert not policies.may_confirm_administration(me, me)
    for membership in Membership.objects.filter(user=me):
        assert not policies.may_end(me, membership)
        assert not policies.may_propose_end_of_administration(me, membership)


def test_director_who_is_also_the_county_officer_does_not_manage_himself():
    give("county", someone("reviewer"), Role.INSTITUTION_DIRECTOR, "SJZ-0001")
    give("city", someone("reviewer"), Role.COUNTY_OFFICER, "130102")
    me = someone("reviewer")
    assert policies.visible_people(me).filter(username="clerk").exists()
    assert not policies.managed_memberships(me).filter(user=me).exists()
    assert not policies.may_give(me, me, post(Role.INSTITUTION_CLERK, "SJZ-0001").membership(me))


def test_rights_of_a_manager_end_with_the_role():
    assert policies.visible_people(someone("county")).exists()
    Membership.objects.filter(user__username="county").update(ends_on=day(-1))
    assert not policies.visible_people(someone("county")).exists()
    assert not policies.giveable_roles(someone("county"))


def test_account_is_switched_by_who_manages_all_that_it_holds():
    clerk = someone("clerk")
    assert policies.may_switch_account(someone("county"), clerk)
    assert policies.may_switch_account(someone("director"), clerk)
    Membership.objects.create(user=clerk, role=Role.REVIEWER, region_id="130104", starts_on=day(9))
    assert not policies.may_switch_account(someone("county"), clerk)
    assert not policies.may_reset_password(someone("county"), clerk)
    assert policies.visible_people(someone("county")).filter(pk=clerk.pk).exists()
    assert policies.may_switch_account(someone("system-admin"), clerk)


def test_lower_office_does_not_take_over_an_account_that_rose():
    """Whoever resets a password can sign in: the reviewer who became city officer is not the county's any more."""
    reviewer = someone("reviewer")
    assert policies.may_reset_password(someone("county"), reviewer)
    give("province", invite("province", Role.CITY_OFFICER, CITY).user, Role.ASSESSOR, "130000")
    Membership.objects.create(user=reviewer, role=Role.CITY_OFFICER, region_id=CITY, starts_on=day(0))
    assert not policies.may_reset_password(someone("county"), reviewer)
    assert not policies.may_reset_password(someone("province"), reviewer)


def test_person_without_a_lasting_role_stays_with_who_managed_them():
    clerk = someone("clerk")
    Membership.objects.filter(user=clerk).update(ends_on=day(-1))
    assert policies.may_switch_account(someone("county"), clerk)
    Membership.objects.create(user=clerk, role=Role.REVIEWER, region_id="130104", starts_on=day(-9), ends_on=day(-8))
    assert not policies.may_switch_account(someone("county"), clerk)


@pytest.mark.parametrize("account", ["system-admin", "audit-admin", "security-admin"])
def test_nobody_resets_an_administrators_password_on_the_pages(account):
    assert Membership.objects.filter(user__username=account, role__in=ADMINISTRATOR_ROLES).exists()
    for other in set(ACCOUNTS) - {account}:
        assert not policies.may_reset_password(someone(other), someone(account))


def test_nobody_resets_a_superusers_password_on_the_pages():
    root = User.objects.create_superuser("root", password="x", name="root")
    assert policies.visible_people(someone("security-admin")).filter(pk=root.pk).exists()
    assert not policies.may_reset_password(someone("security-admin"), root)
    assert not policies.may_reset_password(someone("system-admin"), root)
    assert policies.may_switch_account(someone("system-admin"), root)


def test_security_administrator_switches_administrators_and_who_has_no_role_yet():
    fresh = User.objects.create(username="fresh", name="新人")
    assert policies.may_switch_account(someone("security-admin"), someone("audit-admin"))
    assert policies.may_switch_account(someone("security-admin"), fresh)
    assert policies.may_propose_administration(someone("security-admin"), fresh)
    for other in ("province", "county", "director"):
        assert not policies.may_switch_account(someone(other), fresh)


def test_table_gives_nothing_upwards():
    """Whoever manages a role is not managed by it, directly or through others; administrators apart."""
    below = {}
    for rule in RULES:
        if rule.managed not in ADMINISTRATOR_ROLES:
            below.setdefault(rule.manager, set()).add(rule.managed)
    for manager in below:
        reached, front = set(), {manager}
        while front:
            front = set().union(*(below.get(role, set()) for role in front)) - reached
            reached |= front
        assert manager not in reached


def test_keys_and_strangers_manage_nobody(key):
    for principal in (AnonymousUser(), KeyHolder(InstitutionKey.objects.get())):
        assert not policies.manages_people(principal)
        assert not policies.visible_people(principal).exists()
        assert not policies.visible_memberships(principal).exists()
        assert not policies.may_switch_account(principal, someone("clerk"))


@pytest.mark.parametrize("account", ACCOUNTS)
def test_circle_is_what_is_visible(account):
    give("county", someone("clerk"), Role.INSTITUTION_CLERK, "SJZ-0002")
    User.objects.create(username="fresh", name="新人")
    reader = someone(account)
    circle = policies.circle_of(reader)
    people, memberships = policies.visible_people(reader), policies.visible_memberships(reader)
    assert set(circle.people) == set(people)
    assert set(circle.memberships) == set(memberships)
    assert people.exists() or account not in {
        "county",
        "city",
        "province",
        "director",
        "security-admin",
        "system-admin",
    }


def test_switched_off_manager_manages_nobody():
    User.objects.filter(username="county").update(is_active=False)
    assert not policies.visible_people(someone("county")).exists()


def test_province_has_units_of_its_own_in_the_sample():
    """Without 辛集 the rule for county units directly below the province would be tested by nothing."""
    assert Region.objects.get(pk="130181").parent_id == "130000"


@pytest.mark.parametrize("account", ACCOUNTS)
def test_administrators_are_proposed_by_one_kind_and_confirmed_by_all_three(account):
    fresh = User.objects.create(username="fresh", name="新人")
    assert policies.may_propose_administration(someone(account), fresh) == (account == "security-admin")
    assert policies.may_confirm_administration(someone(account), fresh) == account.endswith("-admin")
    other = "audit-admin" if account != "audit-admin" else "system-admin"
    held = Membership.objects.get(user__username=other)
    assert policies.may_propose_end_of_administration(someone(account), held) == (account == "security-admin")


def test_person_with_several_roles_is_one_person():
    user = invite("security-admin", Role.AUDITOR, "130000").user
    give("security-admin", user, Role.AUDITOR, "130100")
    User.objects.create(username="fresh", name="新人")
    seen = list(policies.visible_people(someone("security-admin")).values_list("username", flat=True))
    assert sorted(seen) == ["audit-admin", "auditor", "fresh", "new", "province", "province2", "system-admin"]
