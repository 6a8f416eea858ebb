"""The offices that steer the programme: the province and its cities. A county unit's officers file its records."""

from pilots.models import Region
from pilots.models.regions import RegionQuerySet
from pilots.policies.standing import Principal, standing
from pilots.states.regions import Level


def offices(principal: Principal) -> RegionQuerySet:
    """The province and cities for which the principal decides: those of which it is an officer, and those below."""
    steering = standing(principal).steering
    return Region.objects.exclude(level=Level.COUNTY).filter(code__in=steering) | Region.objects.exclude(
        level=Level.COUNTY
    ).filter(parent__in=steering)


def steers(principal: Principal, region: Region) -> bool:
    """Whether the principal is an officer of the region, if that is no county unit, or of one above it.

    Without a query where the region's parents are at hand.
    """
    steering = standing(principal).steering
    step: Region | None = region
    while step is not None:
        if step.level != Level.COUNTY and step.code in steering:
            return True
        step = step.parent
    return False


def office_above(region: Region) -> Region:
    """The office that gives the region its tasks: the one above it; for the province, itself."""
    return region.parent or region


def province_of(region: Region) -> Region:
    """The top of the tree above the region."""
    while region.parent is not None:
        region = region.parent
    return region
