"""Capacity forms: an institution's own, and the correction of a report."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from pilots.models import CapacityReport, Institution, RegisterRow
from pilots.operations.capacity import Reported, classes_of, correct_report, report_capacity
from pilots.policies.institutions import may_report, own_institutions, visible_institutions
from pilots.policies.keys import directed_operators, may_manage_keys
from pilots.queries.institutions import standing_reports
from pilots.queries.keys import with_expiring_keys
from pilots.states.capacity import ClassGroup, Source
from pilots.web.days import dated
from pilots.web.forms import CapacityForm, CorrectionForm, refuse
from pilots.web.institution_file import flags, utilisation
from portal.shared.audience import Audience, open_to
from portal.shared.refusals import DomainError

KEY_EXPIRES = ({"status": "at_risk", "label": gettext_lazy("API key expires soon")},)


@open_to(Audience.SIGNED_IN)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The institutions for which the user speaks."""
    today = timezone.localdate()
    own = own_institutions(request.user).select_related("county").order_by("number")
    rows = standing_reports(own, today)
    managed = {institution.pk for institution in own if may_manage_keys(request.user, institution)}
    expiring = with_expiring_keys(managed, timezone.now()) if managed else frozenset()
    shown = [
        _mine(each, rows.get(each.pk), today, manages=each.pk in managed, expiring=each.pk in expiring) for each in own
    ]
    operators = [
        {"name": operator.name, "keys_url": reverse("operator_keys", args=[operator.pk])}
        for operator in directed_operators(request.user)
    ]
    return render(request, "pilots/institutions/mine.html", {"institutions": shown, "operators": operators})


@open_to(Audience.REPORTING)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, number: str) -> HttpResponse:
    """Report places and children of a day; prefilled with the latest report."""
    institution = _reportable(request, number)
    latest = CapacityReport.objects.filter(institution=institution).first()
    form = CapacityForm(request.POST or None, initial={"as_of": timezone.localdate(), **_initial(latest)})
    if request.method == "POST" and form.is_valid():
        try:
            done = report_capacity(
                institution_id=institution.pk,
                as_of=form.cleaned_data["as_of"],
                classes=form.classes(),
                by=request.user,
                at=timezone.now(),
                source=Source.BROWSER,
            )
        except DomainError as error:
            refuse(form, error)
        else:
            return _stored(request, institution, done)
    previous = ""
    if latest is not None:
        previous = _("Filled in from the latest report, of %(day)s: %(places)s places, %(enrolled)s children.") % {
            "day": latest.as_of,
            "places": latest.places,
            "enrolled": latest.enrolled,
        }
    return _form(request, institution, form, title=_("Report places"), previous=previous)


@open_to(Audience.REPORTING)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, number: str, report_id: int) -> HttpResponse:
    """Put other numbers in the place of a report, with the reason."""
    institution = _reportable(request, number)
    wrong = get_object_or_404(CapacityReport, pk=report_id, institution=institution)
    form = CorrectionForm(request.POST or None, initial={"as_of": wrong.as_of, **_initial(wrong)})
    if request.method == "POST" and form.is_valid():
        try:
            done = correct_report(
                report_id=wrong.pk,
                classes=form.classes(),
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as error:
            refuse(form, error)
        else:
            return _stored(request, institution, done)
    return _form(request, institution, form, title=_("Correct a report"), submit_label=_("Store the correction"))


def _mine(
    institution: Institution, row: RegisterRow | None, day: date, *, manages: bool, expiring: bool
) -> dict[str, Any]:
    reported = row is not None and row.report_id is not None
    return {
        "number": institution.number,
        "name": institution.name,
        "region": institution.county.label,
        "url": dated(reverse("institution", args=[institution.number]), day),
        "report_url": reverse("report_capacity", args=[institution.number]),
        "keys_url": reverse("institution_keys", args=[institution.number]) if manages else "",
        "statuses": [*flags(row), *(KEY_EXPIRES if expiring else ())],
        "places": row.places if row is not None and reported else "",
        "enrolled": row.enrolled if row is not None and reported else "",
        "utilisation": utilisation(row.enrolled, row.places) if row is not None and reported else "",
        "last_report": row.reported_on if row is not None else None,
    }


def _reportable(request: HttpRequest, number: str) -> Institution:
    institution = get_object_or_404(visible_institutions(request.user).select_related("county"), number=number)
    if not may_report(request.user, institution):
        raise PermissionDenied
    return institution


def _initial(latest: CapacityReport | None) -> dict[str, int]:
    if latest is None:
        return {}
    counts = classes_of(latest)
    return {f"{g}_places": counts[g].places for g in ClassGroup} | {
        f"{g}_enrolled": counts[g].enrolled for g in ClassGroup
    }


def _stored(request: HttpRequest, institution: Institution, done: Reported) -> HttpResponse:
    day = done.report.as_of
    said = _("Stored: the report of %(day)s.") if done.created else _("The same report of %(day)s was stored before.")
    messages.success(request, said % {"day": day})
    for remark in done.warnings:
        messages.warning(request, remark.message)
    return redirect(dated(reverse("institution", args=[institution.number]), timezone.localdate()))


def _form(request: HttpRequest, institution: Institution, form: CapacityForm, **more: Any) -> HttpResponse:
    file_url = dated(reverse("institution", args=[institution.number]), timezone.localdate())
    context = {
        "institution": {"name": institution.name, "number": institution.number},
        "form": form,
        "class_rows": list(form.class_rows()),
        "cancel_url": file_url,
        "breadcrumb": [
            {"label": institution.name, "url": file_url},
            {"label": more["title"], "url": None},
        ],
        **more,
    }
    return render(request, "pilots/institutions/report_form.html", context, status=422 if form.errors else 200)
