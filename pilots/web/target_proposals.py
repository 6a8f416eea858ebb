"""The form that proposes a target or its change."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pilots.models import Region, Target
from pilots.operations.refusals import TargetChangedMeanwhile
from pilots.operations.targets import change_target
from pilots.policies.regions import visible_regions
from pilots.policies.targets import may_propose_target
from pilots.queries.figures.reading import read_without_targets
from pilots.queries.figures.registry import FIGURES
from pilots.queries.targets import target_ledger
from pilots.web import target_pages as shown
from pilots.web.forms import refuse
from pilots.web.target_forms import TargetChoice, TargetForm
from portal.accounts.freshness import fresh_sign_in_required
from portal.accounts.models import User
from portal.approvals.policies import visible_proposals
from portal.shared.audience import Audience, open_to
from portal.shared.refusals import DomainError

VALUES = ("baseline_value", "baseline_on", "goal", "mandate", "document")


@open_to(Audience.STEERING)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """Choose a figure and year, then propose its target; filled in from the target that stands, or the figure."""
    region = get_object_or_404(visible_regions(request.user).select_related("parent__parent"), pk=code)
    if not may_propose_target(request.user, region):
        raise PermissionDenied
    choice = TargetChoice(request.GET if "indicator" in request.GET else None, initial=_first_year(request))
    if not choice.is_valid():
        return _choice(request, region, choice)
    indicator, year = choice.cleaned_data["indicator"], choice.cleaned_data["year"]
    standing = target_ledger(code, indicator, year).first()
    form = TargetForm(request.POST or None, initial=_initial(region, indicator, year, standing))
    if request.method == "POST" and form.is_valid():
        done = _propose(request, form, region_id=code, indicator=indicator, year=year)
        if done is not None:
            return done
    return _form(request, region, form, standing, indicator=indicator, year=year)


def _propose(request: HttpRequest, form: TargetForm, **target: Any) -> HttpResponse | None:
    assert isinstance(request.user, User)
    asked = {name: form.cleaned_data[name] for name in (*VALUES, "replaces", "reason")}
    try:
        proposal = change_target.propose(by=request.user, at=timezone.now(), **target, **asked)
    except TargetChangedMeanwhile as error:
        refuse(form, error)
        form.renew(target_ledger(target["region_id"], target["indicator"], target["year"]).first())
        return None
    except DomainError as error:
        refuse(form, error)
        return None
    messages.success(request, _("Proposed. It takes effect when another person has confirmed it."))
    return redirect("proposal", proposal_id=proposal.pk)


def _first_year(request: HttpRequest) -> dict[str, int]:
    typed = request.GET.get("year", "")
    known = typed.isascii() and typed.isdigit() and int(typed[:6]) in range(2000, 2101)
    return {"year": int(typed) if known else timezone.localdate().year}


def _initial(region: Region, indicator: str, year: int, standing: Target | None) -> dict[str, Any]:
    """The target that stands; else the figure's own value on the first day of the year, if that has come."""
    if standing is not None:
        return {name: getattr(standing, name) for name in VALUES} | {"replaces": standing.pk}
    day = min(date(year, 1, 1), timezone.localdate())
    measured = read_without_targets([region], day)[region.code].inputs.measures[indicator]
    return {"baseline_value": measured, "baseline_on": day}


def _choice(request: HttpRequest, region: Region, choice: TargetChoice) -> HttpResponse:
    context = {
        "title": _("Propose a target"),
        "region": {"name": region.label},
        "form": choice,
        "cancel_url": shown.list_url(region, _first_year(request)["year"]),
        "breadcrumb": [
            *shown.ladder(region, request.user, _first_year(request)["year"]),
            {"label": _("Propose a target"), "url": None},
        ],
    }
    return render(request, "pilots/targets/choose.html", context, status=422 if choice.errors else 200)


def _form(
    request: HttpRequest, region: Region, form: TargetForm, standing: Target | None, *, indicator: str, year: int
) -> HttpResponse:
    title = _("Propose a change of the target") if standing else _("Propose a target")
    key = f"{region.code}/{indicator}/{year}"
    waiting = visible_proposals(request.user).filter(act=shown.ACT, subject=key).open_at(timezone.now())
    context = {
        "title": title,
        "region": {"name": region.label},
        "figure": {"name": FIGURES[indicator].name, "unit": FIGURES[indicator].unit},
        "year": year,
        "standing": shown.standing_line(standing) if standing else None,
        "form": form,
        "sections": form.sections(),
        "waiting": [shown.open_row(each) for each in waiting.select_related("proposed_by")],
        "cancel_url": shown.target_url(region, indicator, year) if standing else shown.list_url(region, year),
        "breadcrumb": [*shown.ladder(region, request.user, year), {"label": title, "url": None}],
    }
    return render(request, "pilots/targets/form.html", context, status=422 if form.errors else 200)
