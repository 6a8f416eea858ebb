"""What a principal is for the programme today: the one place where memberships are read."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone

from pilots.models import InstitutionKey, Membership
from pilots.states.roles import OFFICER_ROLES, READING_ROLES, Role
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
    institutions: frozenset[int] = frozenset()
    """Institutions for which the principal speaks."""


NOBODY = Standing()


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
    rows = list(Membership.objects.filter(in_force, user=user).values_list("role", "region_id", "institution_id"))
    return Standing(
        roles=frozenset(role for role, _region, _institution in rows),
        reading=frozenset(region for role, region, _institution in rows if role in READING_ROLES and region),
        steering=frozenset(region for role, region, _institution in rows if role in OFFICER_ROLES and region),
        county_desks=frozenset(region for role, region, _i in rows if role == Role.COUNTY_OFFICER and region),
        institutions=frozenset(i for role, _region, i in rows if role == Role.INSTITUTION_CLERK and i),
    )
