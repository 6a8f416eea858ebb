"""Propose an act, and confirm, refuse or withdraw the proposal: the operations of the two-person rule."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pghistory
from django.conf import settings
from django.db import connection, models
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.accounts.models import User
from portal.approvals.arguments import Arguments, Shape
from portal.approvals.matters import ADOPTED, Adoption, Matter, Subject
from portal.approvals.models import Proposal
from portal.approvals.policies import may_confirm as may_decide
from portal.approvals.refusals import AlreadyDecided, AlreadyProposed, ProposerNotEntitled, ReasonRequired, SamePerson
from portal.approvals.states import PROPOSAL, State
from portal.audit.trail import recorded
from portal.shared.lifecycle import InvalidMove
from portal.shared.refusals import NotPermitted


class TwoPersonAct(Adoption):
    """An adopted operation: what one person proposes happens when another confirms it, and not before."""

    @recorded("proposal.made")
    def propose(self, *, by: User, at: datetime, reason: str, **arguments: Any) -> Proposal:
        """Write down what shall be done, for another person to confirm within the term (PROPOSAL_DAYS).

        Raises NotPermitted, ReasonRequired, AlreadyProposed, and whatever the act itself would refuse today.
        """
        written = self.shape.write(arguments)
        given = self.shape.read(written)
        subject = self.matter.subject(given)
        standing = self._open_for(subject, at)
        if not self.may_propose(by, given):
            raise NotPermitted(_("You may not propose this."))
        if not reason.strip():
            raise ReasonRequired(_("A proposal needs a reason."), field="reason")
        if standing is not None:
            raise AlreadyProposed(
                _("%(person)s has already proposed a change of this, on %(day)s. Decide on that proposal first.")
                % {"person": standing.proposed_by, "day": timezone.localdate(standing.proposed_at)}
            )
        self.matter.check(given, at)
        proposal = Proposal.objects.create(
            act=self.act,
            arguments=written,
            subject=subject.key,
            labels=self._labels(given),
            place=subject.place,
            office=subject.office,
            reason=reason.strip(),
            proposed_by=by,
            proposed_at=at,
            expires_at=at + timedelta(days=settings.PROPOSAL_DAYS),
        )
        _tell(settings.PROPOSAL_WAITS, proposal, at)
        return proposal

    @recorded("proposal.confirmed")
    def confirm(self, *, proposal_id: int, by: User, at: datetime) -> Proposal:
        """Do what was proposed, in this transaction. If the act refuses, nothing happens and the proposal stays open.

        Raises NotPermitted, SamePerson, AlreadyDecided, ProposerNotEntitled, NotIndependent, and the refusals of the
        act itself.
        """
        proposal = self._locked(proposal_id)
        self._require_may_decide(proposal, by)
        state = _moved("confirm", proposal, at)
        arguments = self.shape.read(proposal.arguments)
        if not self.may_propose(proposal.proposed_by, arguments):
            raise ProposerNotEntitled(
                _("%(person)s may not propose this any more; another entitled person must propose it again.")
                % {"person": proposal.proposed_by}
            )
        require_independent(proposal, by=by, at=at)
        # The act's own name follows in the operation; these stand beside it in the trail.
        pghistory.context(
            decision="proposal.confirmed", proposal=proposal.pk, proposer=proposal.proposed_by_id, confirmer=by.pk
        )
        handed: dict[str, Any] = {"by": by, "at": at, "reason": proposal.reason}
        result = self.operation(**arguments, **{name: handed[name] for name in self.shape.given})
        proposal.result_id = result.pk if isinstance(result, models.Model) else None
        _tell(settings.PROPOSAL_DECIDED, _decided(proposal, state, by=by, at=at), at)
        return proposal

    @recorded("proposal.refused")
    def refuse(self, *, proposal_id: int, by: User, at: datetime, reason: str) -> Proposal:
        """Decide that it shall not be done, and say why. Raises NotPermitted, SamePerson, AlreadyDecided."""
        proposal = self._locked(proposal_id)
        self._require_may_decide(proposal, by)
        state = _moved("refuse", proposal, at)
        if not reason.strip():
            raise ReasonRequired(_("A refusal needs a reason."), field="reason")
        proposal.decision_reason = reason.strip()
        _tell(settings.PROPOSAL_DECIDED, _decided(proposal, state, by=by, at=at), at)
        return proposal

    @recorded("proposal.withdrawn")
    def withdraw(self, *, proposal_id: int, by: User, at: datetime) -> Proposal:
        """Take one's own proposal back. Raises NotPermitted, AlreadyDecided."""
        proposal = self._locked(proposal_id)
        if proposal.proposed_by != by:
            raise NotPermitted(_("Only the one who proposed withdraws."))
        return _decided(proposal, _moved("withdraw", proposal, at), by=by, at=at)

    def _locked(self, proposal_id: int) -> Proposal:
        rows = Proposal.objects.select_for_update(of=("self",)).select_related("proposed_by")
        return rows.get(pk=proposal_id, act=self.act)

    def _open_for(self, subject: Subject, at: datetime) -> Proposal | None:
        """The open proposal of this subject, if any; proposals of one subject wait for each other from here on.

        One past its term is written down as expired, so that it is not in the way of the next.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{self.act} {subject.key}"])
        rows = Proposal.objects.select_for_update(of=("self",)).select_related("proposed_by")
        found = rows.filter(act=self.act, subject=subject.key, state=State.OPEN).first()
        if found is None or found.state_at(at) == State.OPEN:
            return found
        _decided(found, PROPOSAL.target("expire", found.state), by=None, at=at)
        return None

    def _require_may_decide(self, proposal: Proposal, by: User) -> None:
        if proposal.proposed_by == by:
            raise SamePerson(_("You proposed this yourself: another person must decide."))
        if not may_decide(by, proposal):
            raise NotPermitted(_("You may not decide on this proposal."))

    def _labels(self, given: Arguments) -> dict[str, str]:
        labels = {}
        for code, _name in settings.LANGUAGES:
            with override(code):
                labels[code] = self.matter.subject(given).label
        return labels


def two_person(
    act: str,
    operation: Callable[..., Any],
    matter: Matter,
    *,
    may_propose: Callable[[User, Arguments], bool],
    may_confirm: Callable[[User], models.Q],
) -> TwoPersonAct:
    """Adopt an operation: from now on doors call the answer's `propose` and `confirm` instead of the operation.

    Raises TypeError where the operation's arguments cannot be written down.
    """
    adopted = TwoPersonAct(act, operation, matter, may_propose, may_confirm, Shape(operation))
    ADOPTED[act] = adopted
    return adopted


def act_of(proposal: Proposal) -> TwoPersonAct:
    """The adopted act of a proposal."""
    adopted = ADOPTED[proposal.act]
    assert isinstance(adopted, TwoPersonAct)
    return adopted


def require_independent(proposal: Proposal, *, by: User, at: datetime) -> None:
    """Refuse (NotIndependent) where two people may be one, by the function that PROPOSAL_PARTIES names.

    Who has whose account in hand is known where the accounts are managed.
    """
    import_string(settings.PROPOSAL_PARTIES)(proposal=proposal, by=by, at=at)


def _moved(move: str, proposal: Proposal, at: datetime) -> str:
    state = proposal.state_at(at)
    try:
        return PROPOSAL.target(move, state)
    except InvalidMove as error:
        raise AlreadyDecided(_ended(proposal, state)) from error


def _ended(proposal: Proposal, state: State) -> str:
    if state == State.EXPIRED:
        return _("The proposal expired on %(day)s; it can be made again.") % {
            "day": timezone.localdate(proposal.expires_at)
        }
    decided = timezone.localtime(proposal.decided_at)
    return _("The proposal was already decided: %(state)s by %(person)s at %(instant)s. Nothing was done twice.") % {
        "state": state.label,
        "person": proposal.decided_by,
        "instant": f"{decided:%Y-%m-%d %H:%M}",
    }


def _tell(teller: str, proposal: Proposal, at: datetime) -> None:
    """Call the function that a setting names: whom to tell is known where the offices are."""
    import_string(teller)(proposal=proposal, at=at)


def _decided(proposal: Proposal, state: str, *, by: User | None, at: datetime) -> Proposal:
    proposal.state, proposal.decided_by, proposal.decided_at = state, by, at
    proposal.save(update_fields=["state", "decided_by", "decided_at", "decision_reason", "result_id"])
    return proposal
