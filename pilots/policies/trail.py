"""Who reads the trail, and which of its events."""

from typing import Any

from django.db.models import Model, Q, QuerySet

from pilots.models import (
    AccountChange,
    DocumentWithdrawal,
    Institution,
    InstitutionKey,
    Membership,
    Operator,
    Region,
)
from pilots.policies.standing import Principal, Standing, standing
from pilots.states.roles import Role
from portal.accounts.models import ApiKey, User
from portal.approvals.models import Proposal


def may_read_trail(principal: Principal) -> bool:
    """Auditors of a region, and audit administrators."""
    held = standing(principal)
    return bool(held.auditing) or Role.AUDIT_ADMINISTRATOR in held.roles


def auditable_institutions(principal: Principal) -> QuerySet[Institution]:
    """Institutions by which the principal may search the trail."""
    held = standing(principal)
    if Role.AUDIT_ADMINISTRATOR in held.roles:
        return Institution.objects.all()
    return Institution.objects.filter(county__in=_audited_regions(held))


def readable_events(principal: Principal, tracked: type[Model]) -> Q | None:
    """Which events of a tracked model's rows the principal reads, as a condition on the event model; None: none.

    Audit administrators read all. An auditor reads what happened to institutions and regions within the region, to
    the operators of any such institution, to the people and keys that act for them, and what was proposed for them.
    """
    held = standing(principal)
    if Role.AUDIT_ADMINISTRATOR in held.roles:
        return Q()
    if not held.auditing:
        return None
    regions = _audited_regions(held)
    if tracked is Proposal:
        # Where no office decides, the place is the number of a person, which may look like a region's code.
        return Q(place__in=regions) & ~Q(office="")
    return _of_people_and_operators(tracked, regions) or _of_places(tracked, regions)


def _audited_regions(held: Standing) -> QuerySet[Region, Any]:
    within = Q(code__in=held.auditing) | Q(parent__in=held.auditing) | Q(parent__parent__in=held.auditing)
    return Region.objects.filter(within).values("pk")


def _of_people_and_operators(tracked: type[Model], regions: QuerySet[Region, Any]) -> Q | None:
    institutions = Institution.objects.filter(county__in=regions)
    memberships = Membership.objects.filter(
        Q(region__in=regions)
        | Q(institution__in=institutions.values("pk"))
        | Q(operator__in=institutions.values("operator"))
    )
    if tracked is Region:
        return Q(pgh_obj__in=regions)
    if tracked is Operator:
        return Q(pgh_obj__in=institutions.values("operator"))
    if tracked is Membership:
        return Q(pgh_obj__in=memberships.values("pk"))
    if tracked is User:
        return Q(pgh_obj__in=memberships.values("user"))
    if tracked is AccountChange:
        return Q(user__in=memberships.values("user"))
    if tracked in (ApiKey, InstitutionKey):
        opening = Q(institution__in=institutions.values("pk")) | Q(operator__in=institutions.values("operator"))
        return Q(pgh_obj__in=InstitutionKey.objects.filter(opening).values("pk"))
    if tracked is DocumentWithdrawal:
        return Q(pgh_obj__in=DocumentWithdrawal.objects.filter(document__institution__county__in=regions).values("pk"))
    return None


def _of_places(tracked: type[Model], regions: QuerySet[Region, Any]) -> Q | None:
    """Rows that name an institution or a region; a model that names neither is for audit administrators only."""
    places = Q()
    for field in tracked._meta.get_fields():
        if field.concrete and field.related_model is Institution:
            places |= Q(**{f"{field.name}__county__in": regions})
        elif field.concrete and field.related_model is Region:
            places |= Q(**{f"{field.name}__in": regions})
    return places or None
