"""What a principal is for the programme today: the one place where memberships are read."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from pilots.models import Institution, InstitutionKey, Membership
from pilots.states.roles import INSTITUTION_ROLES, OFFICER_ROLES, READING_ROLES, Role
from portal.accounts.models import User


@dataclass(frozen=True)
class KeyHolder:
    """Software that signed in with the API key of an institution, or of an operator for all its institutions."""

    grant: InstitutionKey
    """With its key selected along."""
    is_authenticated = True
    is_active = True

    @property
    def pk(self) -> int:
        """The key's id, for logs."""
        return self.grant.key_id

    @cached_property
    def scopes(self) -> frozenset[str]:
        """What the key may be used for."""
        return frozenset(self.grant.key.scopes)

    @cached_property
    def institutions(self) -> frozenset[int]:
        """For whom the key speaks; an operator's institutions are read once a request."""
        if self.grant.institution_id is not None:
            return frozenset({self.grant.institution_id})
        return frozenset(Institution.objects.filter(operator=self.grant.operator_id).values_list("pk", flat=True))


Principal = User | AnonymousUser | KeyHolder


Row = tuple[str, str | None, int | None, int | None]
"""Role, region, institution, operator of a membership."""


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
    directing: frozenset[int] = frozenset()
    """Those of them that the principal directs: their people and keys are its to manage."""
    auditing: frozenset[str] = frozenset()
    """Regions whose trail and disclosures the principal reads as their auditor, with all below them."""
    operators: frozenset[int] = frozenset()
    """Operators for all of whose institutions the principal speaks."""
    directing_operators: frozenset[int] = frozenset()
    """Those of them that the principal directs."""
    rows: frozenset[Row] = frozenset()
    """The memberships themselves."""

    def regions_of(self, role: Role) -> set[str]:
        """Regions for which the principal holds a role."""
        return {region for held, region, *_rest in self.rows if held == role and region}

    def operators_of(self, role: Role) -> set[int]:
        """Operators for all of whose institutions the principal holds a role."""
        return {operator for held, _region, _institution, operator in self.rows if held == role and operator}


NOBODY = Standing()
DIRECTORS = frozenset({Role.INSTITUTION_DIRECTOR})


def standing(principal: Principal, day: date | None = None) -> Standing:
    """What the principal is on `day` (default: today). Read once a principal object, that is once a request."""
    if isinstance(principal, KeyHolder):
        return Standing(institutions=principal.institutions)
    if not isinstance(principal, User) or not principal.is_active:
        return NOBODY
    on = day or timezone.localdate()
    cached: tuple[date, Standing] | None = principal.__dict__.get("_standing")
    if cached is None or cached[0] != on:
        cached = (on, _read(principal, on))
        principal.__dict__["_standing"] = cached
    return cached[1]


def imagined(role: Role, *, region: str | None = None, institution: int | None = None) -> User:
    """Someone who holds just this role today, to ask policies what the role opens; nothing is stored or read."""
    user = User(name=str(role.label), is_active=True)
    user.__dict__["_standing"] = (timezone.localdate(), _of([(role.value, region, institution, None)]))
    return user


def _read(user: User, day: date) -> Standing:
    found = Membership.objects.in_force(day).filter(user=user)
    return _of(list(found.values_list("role", "region_id", "institution_id", "operator_id")))


def _of(rows: list[Row]) -> Standing:
    speaking = _institutions(rows, INSTITUTION_ROLES)
    return Standing(
        roles=frozenset(role for role, *_places in rows),
        reading=frozenset(region for role, region, *_rest in rows if role in READING_ROLES and region),
        steering=frozenset(region for role, region, *_rest in rows if role in OFFICER_ROLES and region),
        county_desks=frozenset(region for role, region, *_rest in rows if role == Role.COUNTY_OFFICER and region),
        institutions=speaking,
        auditing=frozenset(region for role, region, *_rest in rows if role == Role.AUDITOR and region),
        directing=_institutions(rows, DIRECTORS) if speaking else speaking,
        operators=_operators(rows, INSTITUTION_ROLES),
        directing_operators=_operators(rows, DIRECTORS),
        rows=frozenset(rows),
    )


def _institutions(rows: list[Row], roles: frozenset[Role]) -> frozenset[int]:
    """Institutions named by these roles, and all of the operators named; a query only where an operator is."""
    named = {institution for role, _region, institution, _o in rows if role in roles and institution}
    operators = _operators(rows, roles)
    if operators:
        named.update(Institution.objects.filter(operator__in=operators).values_list("pk", flat=True))
    return frozenset(named)


def _operators(rows: list[Row], roles: frozenset[Role]) -> frozenset[int]:
    """Operators named by these roles."""
    return frozenset(operator for role, _region, _i, operator in rows if role in roles and operator)
