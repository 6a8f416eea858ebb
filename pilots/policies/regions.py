"""Which regions a principal sees."""

from django.db.models import Q

from pilots.models import Institution, Region
from pilots.models.regions import RegionQuerySet
from pilots.policies.standing import Principal, standing


def visible_regions(principal: Principal) -> RegionQuerySet:
    """Regions whose dashboard, explanations and register are open to the principal."""
    reading = standing(principal).reading
    return Region.objects.filter(Q(code__in=reading) | Q(parent__in=reading) | Q(parent__parent__in=reading))


def sees_region(principal: Principal, region: Region) -> bool:
    """Whether one region, with its parents at hand, is open to the principal; no query."""
    reading = standing(principal).reading
    step: Region | None = region
    while step is not None:
        if step.code in reading:
            return True
        step = step.parent
    return False


def figure_regions(principal: Principal) -> RegionQuerySet:
    """Regions whose figures the principal may read over REST: those visible, and those its own institutions lie in."""
    own = Institution.objects.filter(pk__in=standing(principal).institutions)
    return Region.objects.filter(
        Q(pk__in=visible_regions(principal).values("pk"))
        | Q(pk__in=own.values("county"))
        | Q(pk__in=own.values("county__parent"))
        | Q(pk__in=own.values("county__parent__parent"))
    )
