"""Pages of the two-person rule: what waits, what was decided, and one proposal with its decision."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.freshness import fresh_sign_in_to_send
from portal.accounts.models import User
from portal.approvals.matters import ADOPTED, two_person_acts
from portal.approvals.models import Proposal
from portal.approvals.policies import decidable_proposals, open_moves, visible_proposals
from portal.approvals.states import State
from portal.approvals.two_person import act_of, require_independent
from portal.shared.audience import Audience, open_to
from portal.shared.reasons import ReasonField
from portal.shared.refusals import DomainError

Row = dict[str, Any]
Timeline = Callable[[HttpRequest, Proposal], Row]
"""What a proposal's page shows of the trail; the field that keeps it says so in the address map."""

PAGE_SIZE = 20
SIGNS = {
    State.OPEN: "pending",
    State.CONFIRMED: "met",
    State.REFUSED: "behind",
    State.WITHDRAWN: "neutral",
    State.EXPIRED: "neutral",
}
BUTTONS = {
    "confirm": gettext_lazy("Confirm: it takes effect"),
    "refuse": gettext_lazy("Refuse"),
    "withdraw": gettext_lazy("Withdraw the proposal"),
}
DONE = {
    "confirm": gettext_lazy("Confirmed: the change is in effect."),
    "refuse": gettext_lazy("Refused: nothing was changed."),
    "withdraw": gettext_lazy("Withdrawn: nothing was changed."),
}


class DecisionForm(forms.Form):
    """One of the moves, and why."""

    move = forms.ChoiceField(choices=list(BUTTONS.items()), widget=forms.HiddenInput)
    reason = ReasonField(
        label=gettext_lazy("Reason of the refusal"),
        required=False,
        help_text=gettext_lazy("Only for a refusal; whoever proposed reads it."),
    )


@open_to(Audience.SIGNED_IN)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Proposals that wait for the reader, other open ones, those that ended; and the acts that need two people."""
    at = timezone.now()
    seen = visible_proposals(request.user).select_related("proposed_by", "decided_by")
    waiting = set(decidable_proposals(request.user, at).values_list("pk", flat=True))
    rows = [_row(each, at) for each in seen.open_at(at).order_by("expires_at", "pk")]
    ended = seen.ended_at(at).order_by(Coalesce("decided_at", "expires_at").desc(), "-pk")
    page = Paginator(ended, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "waiting": [row for row in rows if row["pk"] in waiting],
        "mine": [row for row in rows if row["proposer_id"] == request.user.pk],
        "others": [row for row in rows if row["pk"] not in waiting and row["proposer_id"] != request.user.pk],
        "page_obj": page,
        "ended": [_row(each, at) for each in page.object_list],
        "matrix": [each.matter for each in two_person_acts()],
    }
    return render(request, "approvals/list.html", context)


@open_to(Audience.REGION)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_to_send
def detail(request: HttpRequest, proposal_id: int, timeline: Timeline) -> HttpResponse:
    """One proposal: what exactly changes, who wants it and why; its decision and its timeline."""
    seen = visible_proposals(request.user).select_related("proposed_by", "decided_by")
    proposal = get_object_or_404(seen, pk=proposal_id)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, proposal, form.cleaned_data)
        except DomainError as error:
            at_field = error.field in form.fields
            form.add_error(error.field if at_field else None, ValidationError(str(error), code=error.code))
            # Somebody else may have decided meanwhile: show what stands now.
            stands = seen.get(pk=proposal_id)
            return _page(request, stands, form, timeline, status=422 if at_field else error.status)
        messages.success(request, str(DONE[form.cleaned_data["move"]]))
        return redirect("proposal", proposal_id=proposal.pk)
    return _page(request, proposal, form, timeline, status=422 if form.errors else 200)


def _decide(request: HttpRequest, proposal: Proposal, asked: dict[str, Any]) -> Proposal:
    assert isinstance(request.user, User)
    act, user, at = act_of(proposal), request.user, timezone.now()
    if asked["move"] == "confirm":
        return act.confirm(proposal_id=proposal.pk, by=user, at=at)
    if asked["move"] == "withdraw":
        return act.withdraw(proposal_id=proposal.pk, by=user, at=at)
    return act.refuse(proposal_id=proposal.pk, by=user, at=at, reason=asked["reason"])


def _page(
    request: HttpRequest, proposal: Proposal, form: DecisionForm, timeline: Timeline, *, status: int
) -> HttpResponse:
    assert isinstance(request.user, User)
    at, act = timezone.now(), act_of(proposal)
    arguments = act.shape.read(proposal.arguments)
    moves = open_moves(request.user, proposal, at)
    context = {
        "form": form,
        "proposal": _row(proposal, at) | {"decision_reason": proposal.decision_reason},
        "changes": act.matter.changes(arguments),
        "moves": [{"name": move, "label": BUTTONS[move], "primary": move == "confirm"} for move in moves],
        "refusable": "refuse" in moves,
        "hindrance": _hindrance(proposal, request.user, at) if moves else "",
        "own": proposal.proposed_by_id == request.user.pk,
        **timeline(request, proposal),
        "breadcrumb": [{"label": _("Two-person review"), "url": reverse("proposals")}, {"label": proposal.label}],
    }
    return render(request, "approvals/detail.html", context, status=status)


def _hindrance(proposal: Proposal, user: User, at: datetime) -> str:
    """Why the proposal could not be confirmed as things stand now, by this user; empty where it could."""
    act = act_of(proposal)
    arguments = act.shape.read(proposal.arguments)
    try:
        act.matter.check(arguments, at)
        act.matter.ready(arguments, at)
        require_independent(proposal, by=user, at=at)
    except DomainError as error:
        return str(error)
    return ""


def _row(proposal: Proposal, at: datetime) -> Row:
    state, matter = proposal.state_at(at), ADOPTED[proposal.act].matter
    return {
        "pk": proposal.pk,
        "url": reverse("proposal", args=[proposal.pk]),
        "name": matter.name,
        "label": proposal.label,
        "link": matter.link(proposal),
        "reason": proposal.reason,
        "proposer": str(proposal.proposed_by),
        "proposer_id": proposal.proposed_by_id,
        "proposed": _instant(proposal.proposed_at),
        "expires": _instant(proposal.expires_at),
        "state": state,
        "state_label": state.label,
        "sign": SIGNS[state],
        "decider": str(proposal.decided_by) if proposal.decided_by else "",
        "ended": _instant(proposal.decided_at if proposal.decided_at and proposal.decided_by else proposal.expires_at),
    }


def _instant(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
