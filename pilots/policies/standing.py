"""What a principal is for the programme today: the one place where memberships are read."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone

from pilots.models import Institution, InstitutionKey, Membership
from pilots.states.roles import INSTITUTION_ROLES, OFFICER_ROLES, READING_ROLES, Role
from portal.accounts.models import User


@dataclass(frozen=True)
class KeyHolder:
    """Software that signed in with an institution's API key."""

    grant: InstitutionKey
    is_authenticated = True
    is_active = True

    @property
    def pk(self) -> int:
        """The key's id, for logs."""
        return self.grant.key_id


Principal = User | AnonymousUser | KeyHolder


@dataclass(frozen=True)
class Standing:
    """Roles with the regions and institutions they hang on."""

    roles: frozenset[str] = frozenset()
    reading: frozenset[str] = frozenset()
    """Regions whose figures and register are open to the principal, with all below them."""
    steering: frozenset[str] = frozenset()
    """Regions for which the principal is an officer."""
    county_desks: frozenset[str] = frozenset()
    """County units for which the principal files records."""
    auditing: frozenset[str] = frozenset()
    """Regions whose trail the principal reads."""
    institutions: frozenset[int] = frozenset()
    """Institutions for which the principal speaks."""
    directing: frozenset[int] = frozenset()
    """Those of them that the principal directs: their people and keys are its to manage."""


NOBODY = Standing()
Row = tuple[str, str | None, int | None, int | None]
"""Role, region, institution, operator of a membership."""


def standing(principal: Principal, day: date | None = None) -> Standing:
    """What the principal is on `day` (default: today). Read once a principal object, that is once a request."""
    if isinstance(principal, KeyHolder):
        return Standing(institutions=frozenset({principal.grant.institution_id}))
    if not isinstance(principal, User) or not principal.is_active:
        return NOBODY
    on = day or timezone.localdate()
    cached: tuple[date, Standing] | None = principal.__dict__.get("_standing")
    if cached is None or cached[0] != on:
        cached = (on, _read(principal, on))
        principal.__dict__["_standing"] = cached
    return cached[1]


def _read(user: User, day: date) -> Standing:
    in_force = Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gte=day))
    found = Membership.objects.filter(in_force, user=user)
    rows: list[Row] = list(found.values_list("role", "region_id", "institution_id", "operator_id"))
    speaking = _institutions(rows, INSTITUTION_ROLES)
    return Standing(
        roles=frozenset(role for role, *_places in rows),
        reading=frozenset(region for role, region, *_rest in rows if role in READING_ROLES and region),
        steering=frozenset(region for role, region, *_rest in rows if role in OFFICER_ROLES and region),
        county_desks=frozenset(region for role, region, *_rest in rows if role == Role.COUNTY_OFFICER and region),
        auditing=frozenset(region for role, region, *_rest in rows if role == Role.AUDITOR and region),
        institutions=speaking,
        directing=_institutions(rows, frozenset({Role.INSTITUTION_DIRECTOR})) if speaking else speaking,
    )


def _institutions(rows: list[Row], roles: frozenset[Role]) -> frozenset[int]:
    """Institutions named by these roles, and all of the operators named; a query only where an operator is."""
    named = {institution for role, _region, institution, _o in rows if role in roles and institution}
    operators = {operator for role, _region, _i, operator in rows if role in roles and operator}
    if operators:
        named.update(Institution.objects.filter(operator__in=operators).values_list("pk", flat=True))
    return frozenset(named)
