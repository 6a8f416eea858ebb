"""Who takes a designation back (docs/two-person-rule.md)."""

from django.utils.translation import gettext as _

from pilots.models import Institution, Region
from pilots.policies.offices import office_above, province_of, steers
from pilots.policies.standing import Principal
from pilots.states.facts import PilotLevel
from portal.shared.refusals import NotPermitted


def may_propose_revocation(principal: Principal, institution: Institution) -> bool:
    """Officers of the institution's city and province propose."""
    return steers(principal, institution.county)


def revoking_office(institution: Institution, level: str) -> Region:
    """Whoever designated revokes: the province its provincial pilots, the city its own."""
    return province_of(institution.county) if level == PilotLevel.PROVINCIAL else office_above(institution.county)


def may_revoke(principal: Principal, institution: Institution, level: str) -> bool:
    """Officers of the office that decides, and of one above it."""
    return steers(principal, revoking_office(institution, level))


def require_may_revoke(principal: Principal, institution: Institution, level: str) -> None:
    """Refuse everyone else."""
    if not may_revoke(principal, institution, level):
        raise NotPermitted(_("A designation is revoked by the office that decides on it, or one above."))
