"""Which institutions a principal sees, and what it may do with them."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from pilots.models import Institution, Region
from pilots.policies.regions import sees_region, visible_regions
from pilots.policies.standing import Principal, standing
from pilots.states.regions import Level
from portal.shared.refusals import NotPermitted


def visible_institutions(principal: Principal) -> QuerySet[Institution]:
    """Institutions in the principal's regions, and those for which it speaks."""
    held = standing(principal)
    visible = Q(county__in=visible_regions(principal).filter(level=Level.COUNTY).values("pk"))
    if held.institutions:
        visible |= Q(pk__in=held.institutions)
    return Institution.objects.filter(visible)


def sees_institution(principal: Principal, institution: Institution) -> bool:
    """Whether one institution, with its county unit at hand, is open to the principal; no query."""
    return institution.pk in standing(principal).institutions or sees_region(principal, institution.county)


def own_institutions(principal: Principal) -> QuerySet[Institution]:
    """Institutions for which the principal speaks."""
    return Institution.objects.filter(pk__in=standing(principal).institutions)


def county_desks(principal: Principal) -> QuerySet[Region]:
    """County units in which the principal registers institutions."""
    return Region.objects.filter(code__in=standing(principal).county_desks, level=Level.COUNTY)


def may_register_in(principal: Principal, county_id: str) -> bool:
    """County officers register institutions of their own county unit."""
    return county_id in standing(principal).county_desks


def speaks_for(principal: Principal, institution: Institution) -> bool:
    """Whether the principal acts for the institution itself, and not for an office above it."""
    return institution.pk in standing(principal).institutions


def may_report(principal: Principal, institution: Institution) -> bool:
    """An institution reports for itself; its county officers may do so on its behalf, and correct."""
    held = standing(principal)
    return institution.pk in held.institutions or institution.county_id in held.county_desks


def require_may_register_in(principal: Principal, county_id: str) -> None:
    """Refuse whoever is no officer of the county unit."""
    if not may_register_in(principal, county_id):
        raise NotPermitted(_("Only officers of this county unit register its institutions."))


def require_may_report(principal: Principal, institution: Institution) -> None:
    """Refuse whoever neither speaks for the institution nor is an officer of its county unit."""
    if not may_report(principal, institution):
        raise NotPermitted(_("Only the institution itself or its county unit reports its capacity."))
