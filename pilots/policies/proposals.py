"""Who decides on proposals, as people to be told."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from pilots.models import Membership, Region
from pilots.states.roles import ADMINISTRATOR_ROLES, OFFICER_ROLES
from portal.accounts.models import User
from portal.approvals.models import Proposal
from portal.approvals.policies import may_confirm

MOST_ASKED = 60
"""People of whom it is asked whether they may decide: an office has a handful."""


def deciders(proposal: Proposal, at: datetime) -> list[User]:
    """Everyone who may decide on a proposal today, but for the one who proposed it.

    Asked of the officers of the deciding office and of those above it; where no office decides, of administrators.
    """
    offices: list[str] = []
    office = Region.objects.select_related("parent__parent").filter(pk=proposal.office).first()
    while office is not None:
        offices.append(office.pk)
        office = office.parent
    hanging = Q(role__in=OFFICER_ROLES, region__in=offices) if offices else Q(role__in=ADMINISTRATOR_ROLES)
    held = Membership.objects.in_force(timezone.localdate(at)).filter(hanging)
    asked = User.objects.filter(pk__in=held.values("user"), is_active=True).exclude(pk=proposal.proposed_by_id)
    return [user for user in asked.order_by("pk")[:MOST_ASKED] if may_confirm(user, proposal)]
