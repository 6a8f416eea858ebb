"""Who manages whom. The rules are the table in `pilots/states/management.py`; here it is read, and nowhere else.

Nobody manages himself, and nobody gives what is above his own: who gives a role gives one that the table puts below.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from pilots.models import Institution, Membership, Operator, Region
from pilots.policies.standing import Principal, Standing, standing
from pilots.states.management import ACCOUNT_KEEPERS, MANAGERS, RULES, Rule, Where
from pilots.states.regions import Level
from pilots.states.roles import ADMINISTRATOR_ROLES, ROLE_LEVELS, Role
from portal.accounts.models import User
from portal.shared.refusals import NotPermitted


@dataclass(frozen=True)
class Places:
    """Where a principal may give a role."""

    regions: QuerySet[Region]
    institutions: QuerySet[Institution]
    operators: QuerySet[Operator]
    nowhere: bool = False
    """Whether the role hangs on nothing and may be given."""


@dataclass(frozen=True)
class Circle:
    """The people a principal sees, and by which memberships: as `visible_people` and `visible_memberships`."""

    memberships: QuerySet[Membership]
    people: QuerySet[User]


def manages_people(principal: Principal) -> bool:
    """Whether the pages of people are for this principal."""
    return bool(standing(principal).roles & (MANAGERS | ACCOUNT_KEEPERS))


def keeps_accounts(principal: Principal) -> bool:
    """Whether the principal keeps all accounts, without seeing what people do in the programme."""
    return bool(standing(principal).roles & ACCOUNT_KEEPERS)


def grants_administration(principal: Principal) -> bool:
    """Whether the principal may propose administrators."""
    return any(rule.confirmed for rule in _rules(standing(principal)))


def giveable_roles(principal: Principal) -> list[Role]:
    """Roles that the principal gives alone, in the order of the table."""
    return list(dict.fromkeys(rule.managed for rule in _rules(standing(principal)) if not rule.confirmed))


def places_for(principal: Principal, role: Role) -> Places:
    """Where the principal may give this role."""
    held = standing(principal)
    rules = [rule for rule in _rules(held) if rule.managed == role]
    regions = institutions = operators = Q(pk__in=[])
    for rule in rules:
        regions |= _regions(held, rule)
        institutions |= _institutions(held, rule)
        operators |= _operators(held, rule)
    return Places(
        Region.objects.filter(regions, level__in=ROLE_LEVELS.get(role, frozenset())),
        Institution.objects.filter(institutions),
        Operator.objects.filter(operators),
        nowhere=any(rule.where == Where.NOWHERE for rule in rules),
    )


def managed_memberships(principal: Principal) -> QuerySet[Membership]:
    """Memberships that are the principal's to change and end, past ones included; never its own."""
    parts = _managed(principal)
    if not parts:
        return Membership.objects.none()
    # A union, where OR would read every membership: each part finds its own by an index.
    return Membership.objects.filter(pk__in=parts[0].values("pk").union(*(part.values("pk") for part in parts[1:])))


def visible_memberships(principal: Principal) -> QuerySet[Membership]:
    """Memberships that the principal reads on the pages of people. Who keeps accounts reads the roles of all."""
    if isinstance(principal, User) and keeps_accounts(principal):
        return Membership.objects.exclude(user=principal)
    return managed_memberships(principal)


def visible_people(principal: Principal) -> QuerySet[User]:
    """People with a membership that is, or was, the principal's to manage.

    For who proposes administrators, also those without a lasting one.
    """
    if not isinstance(principal, User):
        return User.objects.none()
    if keeps_accounts(principal):
        return User.objects.exclude(pk=principal.pk)
    return _people(principal, managed_memberships(principal).values("user"))


def circle_of(principal: Principal) -> Circle:
    """What the principal sees, for a page that asks for it several times. One query, none for who sees all.

    An office manages some thousands of memberships at most: their ids are read once, where each question by itself
    would have to find them anew.
    """
    if not isinstance(principal, User) or keeps_accounts(principal):
        return Circle(visible_memberships(principal), visible_people(principal))
    parts = [part.values_list("pk", "user_id") for part in _managed(principal)]
    found = list(parts[0].union(*parts[1:])) if parts else []
    memberships = Membership.objects.filter(pk__in=[pk for pk, _user in found])
    return Circle(memberships, _people(principal, {user for _pk, user in found}))


def may_give(principal: Principal, user: User, membership: Membership) -> bool:
    """Whether the principal may give `membership`, not yet stored, to a person it sees."""
    return visible_people(principal).filter(pk=user.pk).exists() and may_place(principal, membership)


def may_place(principal: Principal, membership: Membership) -> bool:
    """Whether the principal gives this role at this place, to whomever."""
    role = Role(membership.role)
    if role in ADMINISTRATOR_ROLES:
        return False
    places = places_for(principal, role)
    if membership.region_id is not None:
        return places.regions.filter(pk=membership.region_id).exists()
    if membership.institution_id is not None:
        return places.institutions.filter(pk=membership.institution_id).exists()
    operator_id = membership.operator_id
    return operator_id is not None and places.operators.filter(pk=operator_id).exists()


def may_end(principal: Principal, membership: Membership) -> bool:
    """Whether the principal ends this membership, or changes it."""
    return managed_memberships(principal).filter(pk=membership.pk).exclude(role__in=ADMINISTRATOR_ROLES).exists()


def may_propose_end_of_administration(principal: Principal, membership: Membership) -> bool:
    """Whether the principal may propose the end of an administrator's role."""
    return managed_memberships(principal).filter(pk=membership.pk, role__in=ADMINISTRATOR_ROLES).exists()


def may_propose_administration(principal: Principal, user: User) -> bool:
    """Whether the principal may propose a person as administrator: never itself."""
    return grants_administration(principal) and visible_people(principal).filter(pk=user.pk).exists()


def may_confirm_administration(principal: Principal, user: User) -> bool:
    """Whether the principal may confirm what another proposed for this person: any administrator, never for itself."""
    return _administers(principal) and isinstance(principal, User) and principal.pk != user.pk


def administrators_proposals(principal: Principal) -> Q:
    """Over proposals: those on administrators, whose `place` is the person concerned. Administrators read them all."""
    return Q() if _administers(principal) else Q(pk__in=[])


def decides_on_administrators(principal: Principal) -> Q:
    """Over proposals: those on administrators that are the principal's to decide, as `may_confirm_administration`."""
    return administrators_proposals(principal) & ~Q(place=str(principal.pk))


def may_switch_account(principal: Principal, user: User) -> bool:
    """Whether the principal switches this account off and on.

    An account is one person's for everything it holds: only who manages all of it, or keeps accounts, may.
    """
    if not isinstance(principal, User) or principal.pk == user.pk:
        return False
    if keeps_accounts(principal):
        return True
    held = Membership.objects.filter(user=user)
    lasting = held.lasting(timezone.localdate())
    relevant = list((lasting if lasting.exists() else held).values_list("pk", flat=True))
    if not relevant:
        return grants_administration(principal)
    return managed_memberships(principal).filter(pk__in=relevant).count() == len(relevant)


def may_switch_on(principal: Principal, user: User) -> bool:
    """Whether the principal switches this account on again.

    Not an administrator's: one person alone would make an administrator who had been stopped.
    """
    return may_switch_account(principal, user) and not administers(user)


def administers(user: User) -> bool:
    """Whether the person is an administrator, or is to become one."""
    held = Membership.objects.lasting(timezone.localdate()).filter(user=user, role__in=ADMINISTRATOR_ROLES)
    return held.exists()


def administrators(role: str) -> QuerySet[User]:
    """Who holds an administrator's role today and can sign in: demonstration accounts cannot in production."""
    held = Membership.objects.in_force(timezone.localdate()).filter(role=role)
    found = User.objects.filter(pk__in=held.values("user"), is_active=True)
    return found.filter(is_demo=False) if settings.PRODUCTION else found


def may_reset_password(principal: Principal, user: User) -> bool:
    """Whether the principal gives this account a new initial password.

    Not of an administrator: whoever reads the new password could sign in with it and hold two of the three roles.
    """
    if user.is_superuser or user.is_staff:
        return False
    return may_switch_account(principal, user) and not administers(user)


def require_may_place(principal: Principal, membership: Membership) -> None:
    """Refuse a role or a place that is not the principal's to give."""
    if not may_place(principal, membership):
        raise NotPermitted(_("This role is not yours to give here."), field="place")


def require_may_give(principal: Principal, user: User, membership: Membership) -> None:
    """Refuse as above, and for people that the principal does not manage."""
    if isinstance(principal, User) and principal.pk == user.pk:
        raise NotPermitted(_("Nobody manages himself; your own office does."))
    if not may_give(principal, user, membership):
        raise NotPermitted(_("This role is not yours to give here."), field="place")


def require_may_end(principal: Principal, membership: Membership) -> None:
    """Refuse whoever does not manage the membership."""
    if not may_end(principal, membership):
        raise NotPermitted(_("This membership is not yours to change."))


def require_may_confirm_administration(principal: Principal, user: User) -> None:
    """Refuse everyone but administrators, and these for themselves."""
    if not may_confirm_administration(principal, user):
        raise NotPermitted(_("Only administrators decide on administrators, and never on themselves."))


def require_may_switch_account(principal: Principal, user: User) -> None:
    """Refuse whoever does not manage everything that the account holds."""
    if not may_switch_account(principal, user):
        raise NotPermitted(
            _("This account is not yours to switch: only who manages all of a person's roles, or keeps accounts, may.")
        )


def require_may_switch_on(principal: Principal, user: User) -> None:
    """Refuse as above, and for administrators everyone."""
    require_may_switch_account(principal, user)
    if not may_switch_on(principal, user):
        raise NotPermitted(_("An administrator is switched on again at the server, with restore_account."))


def require_may_reset_password(principal: Principal, user: User) -> None:
    """Refuse whoever does not manage everything that the account holds, and for administrators everyone."""
    if not may_reset_password(principal, user):
        raise NotPermitted(
            _("This password is not yours to reset. An administrator's is reset at the server, with restore_account.")
        )


def _administers(principal: Principal) -> bool:
    return bool(standing(principal).roles & ADMINISTRATOR_ROLES)


def _rules(held: Standing) -> list[Rule]:
    return [rule for rule in RULES if rule.manager in held.roles]


def _managed(principal: Principal) -> list[QuerySet[Membership]]:
    """The memberships that the principal manages, in parts that are looked up one by one."""
    held = standing(principal)
    if not isinstance(principal, User) or not held.roles & MANAGERS:
        return []
    return [
        Membership.objects.filter(place, role__in=roles).exclude(user=principal).order_by()
        for roles in _alike(_rules(held))
        for place in _where(places_for(principal, roles[0]), roles[0])
    ]


def _people(principal: User, users: Any) -> QuerySet[User]:
    """These people besides the principal, and for who proposes administrators those without a lasting role."""
    visible = Q(pk__in=users)
    if grants_administration(principal):
        lasting = Membership.objects.lasting(timezone.localdate())
        visible |= Q(~Exists(lasting.filter(user=OuterRef("pk"))))
    return User.objects.filter(visible).exclude(pk=principal.pk)


def _alike(rules: list[Rule]) -> list[list[Role]]:
    """Roles that are given at the very same places, together: one condition for all of them."""
    places: dict[Role, set[tuple[Any, ...]]] = {}
    for rule in rules:
        places.setdefault(rule.managed, {("levels", ROLE_LEVELS.get(rule.managed))}).add((rule.manager, rule.where))
    groups: dict[frozenset[tuple[Any, ...]], list[Role]] = {}
    for role, found in places.items():
        groups.setdefault(frozenset(found), []).append(role)
    return list(groups.values())


def _where(places: Places, role: Role) -> list[Q]:
    """Where such memberships hang: each condition can be looked up by itself."""
    if role in ADMINISTRATOR_ROLES:
        return [Q()]
    if role in ROLE_LEVELS:
        return [Q(region__in=places.regions)]
    # Few operators have people of their own: only these are judged, not all of them with all their institutions.
    peopled = places.operators.filter(Exists(Membership.objects.filter(operator=OuterRef("pk"))))
    return [Q(institution__in=places.institutions), Q(operator__in=peopled)]


def _regions(held: Standing, rule: Rule) -> Q:
    own = held.regions_of(rule.manager)
    if rule.where == Where.ITSELF:
        return Q(pk__in=own)
    if rule.where == Where.BELOW:
        return Q(parent__in=own)
    return Q(pk__isnull=False) if rule.where == Where.ANY_REGION else Q(pk__in=[])


def _institutions(held: Standing, rule: Rule) -> Q:
    if rule.where == Where.INSTITUTIONS:
        return Q(county__in=held.regions_of(rule.manager))
    return Q(pk__in=held.directing if rule.where == Where.DIRECTED else [])


def _operators(held: Standing, rule: Rule) -> Q:
    if rule.where == Where.DIRECTED:
        return Q(pk__in=held.operators_of(rule.manager))
    if rule.where != Where.OPERATORS:
        return Q(pk__in=[])
    own = held.regions_of(rule.manager)
    counties = Region.objects.filter(
        Q(code__in=own) | Q(parent__in=own) | Q(parent__parent__in=own), level=Level.COUNTY
    ).values("pk")
    run = Institution.objects.filter(operator=OuterRef("pk"))
    still, elsewhere = run.filter(closed_on__isnull=True), run.exclude(county__in=counties)
    # A closed institution keeps no operator from its office; where all are closed, each of them counts.
    apart = Q(Exists(still)) & ~Q(Exists(elsewhere.filter(closed_on__isnull=True)))
    return Q(Exists(run.filter(county__in=counties))) & (apart | ~Q(Exists(elsewhere)))
