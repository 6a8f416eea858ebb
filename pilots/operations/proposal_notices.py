"""Tell those who may decide of a proposal that waits, and the one who proposed of the decision.

`portal.approvals` calls these by the settings PROPOSAL_WAITS and PROPOSAL_DECIDED, in the transaction of the act.
"""

from datetime import datetime

from pilots.models import Region
from pilots.operations.notices import in_each_language, notify
from pilots.policies.proposals import deciders
from portal.approvals.matters import ADOPTED
from portal.approvals.models import Proposal


def tell_of_proposal(*, proposal: Proposal, at: datetime) -> None:
    """Tell everyone who may decide on it today, and nobody who proposed it."""
    region, what, kind = _region(proposal), _what(proposal), _kind(proposal, "waiting")
    for user in deciders(proposal, at):
        notify(
            kind=kind,
            key=f"{kind}:{proposal.pk}:{user.pk}",
            at=at,
            region=region,
            user=user,
            by=proposal.proposed_by,
            what=what,
            proposer=proposal.proposed_by.display_name,
            until=proposal.expires_at,
        )


def tell_of_decision(*, proposal: Proposal, at: datetime) -> None:
    """Tell the one who proposed that another person confirmed or refused it."""
    assert proposal.decided_by is not None  # called with a decision
    kind = _kind(proposal, "decided")
    notify(
        kind=kind,
        key=f"{kind}:{proposal.pk}",
        at=at,
        region=_region(proposal),
        user=proposal.proposed_by,
        by=proposal.decided_by,
        what=_what(proposal),
        decider=proposal.decided_by.display_name,
        outcome=proposal.state,
    )


def _kind(proposal: Proposal, what: str) -> str:
    """Proposals on administrators have kinds of their own, which only administrators read."""
    return f"{'administration' if proposal.act.startswith('administration.') else 'proposal'}.{what}"


def _region(proposal: Proposal) -> Region | None:
    """What it is about, so that only who sees the region today reads of it; None where it hangs on no region."""
    return Region.objects.filter(pk=proposal.place).first()


def _what(proposal: Proposal) -> dict[str, str]:
    return in_each_language(lambda: f"{ADOPTED[proposal.act].matter.name}: {proposal.label}")
