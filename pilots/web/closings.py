"""The form with which a county unit records that an institution has closed."""

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

from pilots.models import Institution
from pilots.operations.institutions import close_institution
from pilots.operations.refusals import InstitutionClosed
from pilots.policies.institutions import may_register_in, visible_institutions
from pilots.web.days import dated
from pilots.web.forms import DayInput, StyledForm, refuse
from portal.shared.audience import Audience, open_to
from portal.shared.reasons import ReasonField
from portal.shared.refusals import DomainError


class ClosingForm(StyledForm):
    """From when on, and why, an institution no longer runs."""

    closed_on = forms.DateField(
        label=gettext_lazy("Closed on"),
        widget=DayInput,
        help_text=gettext_lazy("The first day on which it no longer runs."),
    )
    reason = ReasonField(label=gettext_lazy("Reason"), help_text=gettext_lazy("Stays in the trail."))


@open_to(Audience.COUNTY_DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, number: str) -> HttpResponse:
    """Record the closing of an institution."""
    institution = get_object_or_404(visible_institutions(request.user).select_related("county"), number=number)
    if not may_register_in(request.user, institution.county_id):
        raise PermissionDenied
    if request.method != "POST" and institution.closed_on is not None:
        raise InstitutionClosed(_("The institution is already closed."))
    form = ClosingForm(request.POST or None, initial={"closed_on": timezone.localdate()})
    file_url = dated(reverse("institution", args=[number]), timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            close_institution(institution_id=institution.pk, **form.cleaned_data, by=request.user, at=timezone.now())
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Closed: %(name)s.") % {"name": institution.name})
            return redirect(file_url)
    return _page(request, institution, form, file_url)


def _page(request: HttpRequest, institution: Institution, form: ClosingForm, file_url: str) -> HttpResponse:
    title = _("Record the closing")
    meaning = _(
        "From this day on the institution counts in no figure and takes no report, and its pilot designation counts no "
        "more. What was recorded of earlier days stays. Its people and its county unit are told. A closing cannot be "
        "taken back."
    )
    context = {
        "title": title,
        "pretitle": f"{institution.number} · {institution.name}",
        "form": form,
        "sections": [{"title": _("What closing means"), "help": meaning, "fields": list(form)}],
        "submit_label": title,
        "cancel_url": file_url,
        "breadcrumb": [{"label": institution.name, "url": file_url}, {"label": title, "url": None}],
    }
    return render(request, "pilots/institutions/form.html", context, status=422 if form.errors else 200)
