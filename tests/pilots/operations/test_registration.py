"""Whose operator an institution is registered under: nobody's beyond the county unit's border."""

from datetime import date
from html import unescape
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from pilots.models import Institution, Membership, Operator
from pilots.operations.institutions import Entry, close_institution, register_institution
from pilots.policies import people as policies
from pilots.policies.standing import standing
from pilots.states.roles import Role
from portal.accounts.models import User
from tests.pilots.people import BRAND, day, post, someone

pytestmark = pytest.mark.django_db

IN_ONE_COUNTY, ITS_COUNTY = "禾芽（示例）", "130171"


def register(county_id, operator_name, name="测试托育园"):
    entry = Entry(county_id, name, "social", date(2026, 1, 1), operator_name=operator_name)
    return register_institution(entry=entry, filing=None, by=officer(county_id), at=timezone.now())


def officer(county_id):
    user, made = User.objects.get_or_create(username=f"officer-{county_id}", defaults={"name": "经办"})
    if made:
        Membership.objects.create(user=user, role=Role.COUNTY_OFFICER, region_id=county_id, starts_on=day(-9))
    return someone(user.username)


def gives_for(principal, operator):
    membership = Membership(role=Role.INSTITUTION_DIRECTOR, operator=operator)
    return policies.may_place(principal, membership)


@pytest.mark.parametrize("name", [BRAND, IN_ONE_COUNTY])
def test_name_of_another_county_units_operator_opens_nothing_of_it(name):
    theirs, before = Operator.objects.get(name=name), set(standing(someone("brand")).institutions)
    dummy = register("130104", name)
    assert (dummy.operator.name, dummy.operator.county_id) == (name, "130104")
    assert dummy.operator != theirs
    assert standing(someone("brand")).institutions == before
    assert gives_for(officer("130104"), dummy.operator)
    assert not gives_for(officer("130104"), theirs)


def test_dummy_elsewhere_takes_no_operator_from_its_office():
    theirs = Operator.objects.get(name=IN_ONE_COUNTY)
    assert gives_for(officer(ITS_COUNTY), theirs)
    register("130104", IN_ONE_COUNTY)
    assert gives_for(officer(ITS_COUNTY), theirs)


def test_county_unit_joins_its_own_operator():
    assert register(ITS_COUNTY, IN_ONE_COUNTY).operator == Operator.objects.get(name=IN_ONE_COUNTY)
    first, second = register("130102", "新苗教育", "一园"), register("130102", "新苗教育", "二园")
    assert first.operator == second.operator
    assert first.operator.full_name.startswith("新苗教育 · ")
    assert Operator.objects.get(name=BRAND).full_name == BRAND
    assert register("130102", "", "无举办者").operator is None


def close(institution):
    close_institution(
        institution_id=institution.pk,
        closed_on=day(0),
        reason="停办",
        by=officer(institution.county_id),
        at=timezone.now(),
    )


def test_closed_institutions_do_not_count_while_one_is_open():
    operator = Operator.objects.get(name=IN_ONE_COUNTY)
    elsewhere = Institution.objects.create(
        name="另一县的园", county_id="130102", operator=operator, service_model="social", opened_on="2026-01-01"
    )
    assert not gives_for(officer(ITS_COUNTY), operator)
    close(elsewhere)
    assert gives_for(officer(ITS_COUNTY), operator)
    assert not gives_for(officer("130102"), operator)
    for institution in operator.institutions.filter(closed_on__isnull=True):
        close(institution)
    assert not gives_for(officer(ITS_COUNTY), operator)
    assert not gives_for(officer("130102"), operator)
    assert gives_for(someone("city"), operator)


def test_places_tell_namesakes_apart(as_user):
    other = register("130102", IN_ONE_COUNTY).operator
    text = as_user("city").get("/people/new/?role=institution_director").content.decode()
    assert f"{IN_ONE_COUNTY} · {other.county.label}" in unescape(text)
    assert post(Role.INSTITUTION_DIRECTOR, BRAND).operator_id


def test_operators_of_one_county_unit_are_marked_by_the_migration():
    Operator.objects.update(county=None)
    import_module("pilots.migrations.0017_operators_of_one_county").mark(apps, None)
    counties = dict(Operator.objects.values_list("name", "county_id"))
    assert (counties[IN_ONE_COUNTY], counties[BRAND]) == (ITS_COUNTY, None)
