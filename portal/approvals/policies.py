"""Who sees a proposal, and who may do what with it."""

from datetime import datetime

from django.db.models import Q

from portal.accounts.models import User
from portal.approvals.matters import ADOPTED
from portal.approvals.models import Proposal, ProposalQuerySet
from portal.approvals.states import PROPOSAL

_NONE = Q(pk__in=[])


def visible_proposals(user: object) -> ProposalQuerySet:
    """Proposals whose subject the user may see; nothing for whoever is no person."""
    if not isinstance(user, User):
        return Proposal.objects.none()
    seen = _NONE
    for adoption in ADOPTED.values():
        seen |= Q(act=adoption.act) & adoption.matter.visible(user)
    return Proposal.objects.filter(seen)


def decidable_proposals(user: object, at: datetime) -> ProposalQuerySet:
    """Open proposals of others on which the user may decide."""
    if not isinstance(user, User):
        return Proposal.objects.none()
    return visible_proposals(user).open_at(at).exclude(proposed_by=user).filter(_confirmable(user))


def may_confirm(user: User, proposal: Proposal) -> bool:
    """Whether the user may decide on proposals of this kind and office, be it their own or not."""
    return visible_proposals(user).filter(_confirmable(user), pk=proposal.pk).exists()


def open_moves(user: User, proposal: Proposal, at: datetime) -> list[str]:
    """The moves that this user may make with this proposal now: its page draws a button for each."""
    available = PROPOSAL.available(proposal.state_at(at))
    if proposal.proposed_by_id == user.pk:
        mine = {"withdraw"}
    else:
        mine = {"confirm", "refuse"} if available and may_confirm(user, proposal) else set()
    return [move for move in available if move in mine]


def _confirmable(user: User) -> Q:
    found = _NONE
    for adoption in ADOPTED.values():
        found |= Q(act=adoption.act) & adoption.may_confirm(user)
    return found
