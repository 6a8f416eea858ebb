"""Who proposes targets, and who decides on them (docs/two-person-rule.md)."""

from django.db.models import Q
from django.utils.translation import gettext as _

from pilots.models import Region
from pilots.policies.offices import office_above, offices, steers
from pilots.policies.standing import Principal
from portal.shared.refusals import NotPermitted


def may_propose_target(principal: Principal, region: Region) -> bool:
    """Officers of the province and the cities propose for themselves and for the regions below; county units do not."""
    return steers(principal, region)


def may_set_target(principal: Principal, region: Region) -> bool:
    """Targets come from above: the office above the region decides; on the province's own, the province."""
    return steers(principal, office_above(region))


def require_may_set_target(principal: Principal, region: Region) -> None:
    """Refuse whoever is no officer of an office above the region."""
    if not may_set_target(principal, region):
        raise NotPermitted(_("Only the office above a region decides on its targets."))


def decides_in_its_offices(principal: Principal) -> Q:
    """Over proposals: those that await one of the principal's offices."""
    return Q(office__in=offices(principal).values("code"))
