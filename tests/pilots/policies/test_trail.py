"""Which events of the trail an auditor of a region reads."""

from datetime import date, timedelta

import pytest
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from pilots.models import (
    AccountChange,
    Disclosure,
    Document,
    DocumentWithdrawal,
    Institution,
    InstitutionKey,
    Kindergarten,
    Membership,
    MessagePreference,
    Region,
    SecondFactorRule,
)
from pilots.operations.institutions import Entry, register_institution
from pilots.operations.keys import create_key_for_operator
from pilots.operations.people import create_institution_key
from pilots.operations.targets import set_target
from pilots.policies.trail import readable_events
from pilots.states.roles import Role
from portal.accounts.keys import KeyTerms
from portal.accounts.models import User
from portal.accounts.scopes import ALL_SCOPES
from portal.approvals.models import Proposal
from portal.audit.tracking import event_models, tracked_model

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
NOW = timezone.now()


def auditor_of(code):
    user = User.objects.create_user(f"auditor-{code}", name=f"审计{code}")
    Membership.objects.create(user=user, role=Role.AUDITOR, region_id=code, starts_on=date(2019, 1, 1))
    return user


def test_auditor_reads_the_events_of_the_region_only(as_user):
    """Against an oracle: for each kind of event, the county unit of each row."""
    inside, outside = Region.objects.get(pk="130102"), Region.objects.get(pk="130172")
    for county in (inside, outside):
        officer = User.objects.get(username="county" if county == inside else "county2")
        Kindergarten.objects.create(name="幼儿园", county=county)
        entry = Entry(county.pk, f"测试{county.pk}", "social", date(2021, 1, 1), operator_name=f"举办者{county.pk}")
        institution = register_institution(entry=entry, filing=None, by=officer, at=NOW)
        create_institution_key(number=institution.number, label=county.pk)
        set_target(
            region_id=county.pk,
            indicator="pilots_total",
            year=2023,
            baseline_value=1,
            baseline_on=TODAY,
            goal=2,
            by=None,
            at=NOW,
        )
        person = User.objects.create_user(f"clerk-{county.pk}", name=county.pk)
        Membership.objects.create(
            user=person, role=Role.INSTITUTION_CLERK, institution=institution, starts_on=date(2021, 1, 1)
        )
        Disclosure.objects.create(
            institution=institution, field="contact_phone", purpose="inspection", reason="检查", recorded_by=officer
        )
        document = Document.objects.create(
            institution=institution, kind="licence", name="x.pdf", size=1, sha256=county.pk, file_key=f"{county.pk}-x"
        )
        DocumentWithdrawal.objects.create(document=document, reason="传错")
        AccountChange.objects.create(user=person, act="switched_on", reason="复职")
        key = create_key_for_operator(
            operator_id=institution.operator_id, terms=KeyTerms(f"举办者{county.pk}", ALL_SCOPES), by=None, at=NOW
        )
        assert key.grant.operator_id
        proposed(county)
        proposed(county, act="administration.granted", place=county.pk, office="")
        SecondFactorRule.objects.create(region=county, changed_by=officer, changed_at=NOW)
    user = auditor_of("130102")
    for model in event_models():
        readable = readable_events(user, tracked_model(model))
        assert (readable is None) == (tracked_model(model) in NAMES_NO_PLACE), model
        if readable is None:
            continue
        visible = set(model.objects.filter(readable).values_list("pgh_id", flat=True))
        expected = {event.pgh_id for event in model.objects.all() if "130102" in counties_of(event)}
        assert visible == expected, model
        assert set() < visible < set(model.objects.values_list("pgh_id", flat=True)), model
    texts = [row.subject for row in page_of(user, as_user)]
    assert any("测试130102" in text for text in texts)
    assert not any("130172" in text for text in texts)


NAMES_NO_PLACE = {MessagePreference}
"""Read by audit administrators only."""


def proposed(county, **columns):
    """A proposal as the mechanism would write it; those on administrators have the number of a person as place."""
    row = {"act": "target.changed", "place": county.pk, "office": "130100", **columns}
    return Proposal.objects.create(
        arguments={},
        subject=f"{county.pk}/x",
        labels={"zh-hans": "x"},
        reason="因",
        proposed_by=User.objects.get(username="city"),
        proposed_at=NOW,
        expires_at=NOW + timedelta(days=1),
        **row,
    )


def page_of(user, as_user):
    client = as_user("auditor")
    client.force_login(user)
    return client.get(reverse("trail"), {"act": "institution.registered"}).context["rows"]


def counties_of(event):
    """The county units that an event is about, computed row by row."""
    name = type(event).__name__
    if name in OF_REGIONS:
        return {getattr(event, OF_REGIONS[name])}
    if name in OF_PEOPLE:
        held = Membership.objects.filter(user=getattr(event, OF_PEOPLE[name]))
        return {code for each in held for code in places_of(each)}
    if name in OF_OPERATORS:
        return {each.county_id for each in Institution.objects.filter(OF_OPERATORS[name](event))}
    if name == "MembershipEvent":
        return set(places_of(Membership.objects.get(pk=event.pgh_obj_id)))
    if name == "DocumentWithdrawalEvent":
        return {Document.objects.get(pk=event.pgh_obj_id).institution.county_id}
    if name == "ProposalEvent":
        return {event.place} if event.office else set()
    return {Institution.objects.get(pk=event.institution_id).county_id}


def opened_by(event):
    """The institutions that an API key opens."""
    grant = InstitutionKey.objects.get(pk=event.pgh_obj_id)
    return Q(operator=grant.operator_id) if grant.operator_id else Q(pk=grant.institution_id)


OF_REGIONS = {
    "RegionEvent": "code",
    "InstitutionEvent": "county_id",
    "KindergartenEvent": "county_id",
    "RegionFactEvent": "region_id",
    "TargetEvent": "region_id",
    "SecondFactorRuleEvent": "region_id",
}
OF_PEOPLE = {"UserEvent": "pgh_obj_id", "AccountChangeEvent": "user_id"}
OF_OPERATORS = {
    "OperatorEvent": lambda event: Q(operator=event.pgh_obj_id),
    "ApiKeyEvent": opened_by,
    "InstitutionKeyEvent": opened_by,
}


def places_of(membership):
    if membership.region_id:
        return {membership.region_id}
    if membership.operator_id:
        return {each.county_id for each in Institution.objects.filter(operator=membership.operator_id)}
    return {membership.institution.county_id} if membership.institution else set()
