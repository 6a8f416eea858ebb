"""Of whom the programme asks a second factor, and who decides that."""

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from pilots.models import Institution, Membership, Region, SecondFactorRule
from pilots.policies.standing import Principal, standing
from pilots.states.roles import ADMINISTRATOR_ROLES, REGION_ROLES
from portal.accounts.demands import Demands
from portal.accounts.models import User
from portal.shared.refusals import NotPermitted

UPWARDS = ("", "__parent", "__parent__parent")


def demands(user: User) -> Demands:
    """What the sign-in of a user must meet: always two factors for administrators, and for whomever an office says.

    Administrators prove themselves here: whoever keeps the single sign-on would otherwise be every one of them.
    """
    if standing(user).roles & ADMINISTRATOR_ROLES:
        minutes = settings.IDLE_MINUTES_ADMINISTRATORS
        return Demands(second_factor=True, idle_minutes=minutes, single_sign_on=False)
    return Demands(second_factor=_asked_by_an_office(user), idle_minutes=settings.IDLE_MINUTES)


def may_rule_second_factor(principal: Principal, region: Region) -> bool:
    """The officers of a region decide for its people."""
    return region.code in standing(principal).steering


def require_may_rule_second_factor(principal: Principal, region: Region) -> None:
    """Refuse everyone else."""
    if not may_rule_second_factor(principal, region):
        raise NotPermitted(_("Only officers of this region decide how its people sign in."))


def _asked_by_an_office(user: User) -> bool:
    """One query where no office asks for anything, else two more."""
    rules = list(SecondFactorRule.objects.filter(Q(officials=True) | Q(institutions=True)))
    officials = {rule.region_id for rule in rules if rule.officials}
    institutions = {rule.region_id for rule in rules if rule.institutions}
    return bool(officials and officials & _offices(user)) or bool(institutions and institutions & _places(user))


def _offices(user: User) -> set[str]:
    """Regions in which the user is an official, with those above them."""
    held = Membership.objects.in_force(timezone.localdate()).filter(user=user, role__in=REGION_ROLES)
    return _codes(held.values_list(*(f"region{step}" for step in UPWARDS)))


def _places(user: User) -> set[str]:
    """Regions of the institutions that the user speaks for, with those above them."""
    own = Institution.objects.filter(pk__in=standing(user).institutions)
    return _codes(own.values_list(*(f"county{step}" for step in UPWARDS)).distinct())


def _codes(rows: object) -> set[str]:
    return {code for row in rows for code in row if code}  # type: ignore[attr-defined]  # rows of a query
