"""Who may be taken on by a further office, and who manages a person already: read from the table of managers."""

from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from pilots.models import Membership, Region
from pilots.policies.people import managed_memberships
from pilots.states.management import RULES
from pilots.states.roles import ADMINISTRATOR_ROLES
from portal.accounts.models import User
from portal.approvals.models import Proposal

ADMINISTRATION = ("administration.granted", "administration.ended")
"""Acts whose proposals are about a person: their place is the person's id."""


def takeable_people(at: datetime) -> QuerySet[User]:
    """Accounts that an office may take on beside others.

    Not those without any role ever (they wait to become administrators), not administrators present, future or
    proposed, not those that are switched off: for them it is as if the account did not exist.
    """
    held = Membership.objects.filter(user=OuterRef("pk"))
    administers = Membership.objects.lasting(timezone.localdate(at)).filter(
        user=OuterRef("pk"), role__in=ADMINISTRATOR_ROLES
    )
    proposed = Proposal.objects.open_at(at).filter(act__in=ADMINISTRATION, place=Cast(OuterRef("pk"), CharField()))
    return User.objects.filter(
        Exists(held), ~Exists(administers), ~Exists(proposed), is_active=True, is_staff=False, is_superuser=False
    )


def managers_of(user: User, at: datetime) -> list[User]:
    """Everyone who manages a lasting role of a person today; where there is none, one that has ended."""
    day = timezone.localdate(at)
    rows = Membership.objects.filter(user=user).select_related("region__parent", "institution__county")
    held = list(rows.lasting(day)) or list(rows)
    roles = {rule.manager for rule in RULES if rule.managed in {each.role for each in held}}
    near = Membership.objects.in_force(day).filter(_near(held), role__in=roles)
    asked = User.objects.filter(pk__in=near.values("user"), is_active=True).exclude(pk=user.pk).order_by("pk")
    ids = [each.pk for each in held]
    return [each for each in asked if managed_memberships(each).filter(pk__in=ids).exists()]


def _near(held: list[Membership]) -> Q:
    """Where whoever manages one of these may sit; each person found is asked by the table itself."""
    regions: set[str] = set()
    for each in held:
        regions |= _line(each.region) | _line(each.institution.county if each.institution else None)
    operators = {each.operator_id or (each.institution and each.institution.operator_id) for each in held} - {None}
    counties = Region.objects.filter(institutions__operator__in=[each.operator_id for each in held if each.operator_id])
    for county in counties.distinct():
        regions |= _line(county)
    institutions = {each.institution_id for each in held} - {None}
    nowhere = Q(region__isnull=True, institution__isnull=True, operator__isnull=True)
    return nowhere | Q(region__in=regions) | Q(institution__in=institutions) | Q(operator__in=operators)


def _line(region: Region | None) -> set[str]:
    """A region and those above it."""
    found: set[str] = set()
    while region is not None:
        found.add(region.pk)
        region = region.parent
    return found
