"""The form that proposes to revoke an institution's pilot designation."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from pilots.models import Designation, Institution
from pilots.operations.designations import propose_revocation
from pilots.policies.designations import may_propose_revocation, revoking_office
from pilots.policies.institutions import visible_institutions
from pilots.queries.designations import standing_designation
from pilots.states.facts import PilotLevel, PilotType
from pilots.web.forms import DayInput, LineField, StyledForm, refuse
from portal.accounts.freshness import fresh_sign_in_required
from portal.accounts.models import User
from portal.approvals.policies import visible_proposals
from portal.shared.audience import Audience, open_to
from portal.shared.reasons import ReasonField
from portal.shared.refusals import DomainError


class RevocationForm(StyledForm):
    """From when on, on which document and why an institution is no pilot any more."""

    designation = forms.IntegerField(widget=forms.HiddenInput)
    effective_on = forms.DateField(
        label=gettext_lazy("Effective from"),
        widget=DayInput,
        help_text=gettext_lazy("From this day on it does not count as a pilot."),
    )
    document_number = LineField(
        label=gettext_lazy("Document number"),
        max_length=100,
        help_text=gettext_lazy("Of the decision that revokes the designation."),
    )
    reason = ReasonField(
        label=gettext_lazy("Reason"), help_text=gettext_lazy("With the facts and the rule that was broken.")
    )


@open_to(Audience.STEERING)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def revoke(request: HttpRequest, number: str) -> HttpResponse:
    """Propose that an institution is no pilot any more, from a day on."""
    visible = visible_institutions(request.user).select_related("county__parent__parent")
    institution = get_object_or_404(visible, number=number)
    if not may_propose_revocation(request.user, institution):
        raise PermissionDenied
    line = standing_designation(institution.pk, timezone.localdate())
    initial = {"designation": line.pk if line else None, "effective_on": timezone.localdate()}
    form = RevocationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        done = _propose(request, institution, form)
        if done is not None:
            return done
        # What stands now is shown above the form; sent again, it is about that.
        form.data = {**dict(form.data.items()), "designation": str(line.pk) if line else ""}
    return _page(request, institution, line, form)


def _propose(request: HttpRequest, institution: Institution, form: RevocationForm) -> HttpResponse | None:
    assert isinstance(request.user, User)
    data = form.cleaned_data
    line = get_object_or_404(Designation.objects.exclude(level=""), pk=data["designation"], institution=institution)
    try:
        proposal = propose_revocation.propose(
            institution_id=institution.pk,
            designation_id=line.pk,
            effective_on=data["effective_on"],
            document_number=data["document_number"],
            reason=data["reason"],
            by=request.user,
            at=timezone.now(),
        )
    except DomainError as error:
        refuse(form, error)
        return None
    messages.success(request, _("Proposed. It takes effect when another person has confirmed it."))
    return redirect("proposal", proposal_id=proposal.pk)


def _page(
    request: HttpRequest, institution: Institution, line: Designation | None, form: RevocationForm
) -> HttpResponse:
    waiting = visible_proposals(request.user).filter(act=propose_revocation.act, subject=institution.number)
    file_url, title = reverse("institution", args=[institution.number]), _("Revoke the designation")
    context: dict[str, Any] = {
        "title": title,
        "institution": {"name": institution.name, "number": institution.number},
        "line": _line(institution, line) if line else None,
        "form": form,
        "waiting": [
            {"url": reverse("proposal", args=[each.pk]), "person": str(each.proposed_by)}
            for each in waiting.open_at(timezone.now()).select_related("proposed_by")
        ],
        "cancel_url": file_url,
        "breadcrumb": [{"label": institution.name, "url": file_url}, {"label": title, "url": None}],
    }
    return render(request, "pilots/designations/revoke.html", context, status=422 if form.errors else 200)


def _line(institution: Institution, line: Designation) -> dict[str, str]:
    return {
        "level": str(PilotLevel(line.level).label),
        "type": str(PilotType(line.pilot_type).label),
        "effective_on": line.effective_on.isoformat(),
        "document": line.document_number or "—",
        "office": revoking_office(institution, line.level).label,
    }
