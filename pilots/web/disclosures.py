"""Hidden numbers: shown for a purpose, and who had them shown."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from pilots.models import Disclosure, Institution
from pilots.operations.disclosures import disclose
from pilots.policies.disclosures import may_audit, visible_disclosures
from pilots.policies.institutions import visible_institutions
from pilots.queries.documents import listed
from pilots.states.disclosures import HiddenField, Purpose
from pilots.web.days import asks_for, dated
from pilots.web.document_forms import DisclosureFilter, DisclosureForm
from pilots.web.forms import refuse
from portal.accounts.freshness import fresh_sign_in_required
from portal.shared.audience import Audience, open_to
from portal.shared.masking import mask_phone
from portal.shared.refusals import DomainError

PAGE_SIZE = 50


@open_to(Audience.INSTITUTION)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the purpose, record it, and show an institution's telephone number, on this one answer only."""
    institution = get_object_or_404(visible_institutions(request.user), number=number)
    form = DisclosureForm(request.POST or None)
    shown = ""
    if request.method == "POST" and form.is_valid():
        try:
            shown = disclose(
                institution_id=institution.pk,
                field=HiddenField.CONTACT_PHONE,
                purpose=Purpose(form.cleaned_data["purpose"]),
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=timezone.now(),
            ).value
        except DomainError as error:
            refuse(form, error)
    return render(
        request,
        "pilots/institutions/contact.html",
        _contact(institution, form, shown),
        status=422 if form.errors else 200,
    )


@open_to(Audience.AUDIT)
@require_safe
@vary_on_headers("HX-Request")
def index(request: HttpRequest) -> HttpResponse:
    """Who had which number shown, and why; for auditors."""
    if not may_audit(request.user):
        raise PermissionDenied
    filters = DisclosureFilter(request.GET)
    found = _filtered(listed(visible_disclosures(request.user)), filters)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    count = page.paginator.count
    context = {
        "request": request,
        "filters": filters,
        "page_obj": page,
        "rows": [_row(disclosure) for disclosure in page.object_list],
        "result_text": ngettext("%(count)d disclosure", "%(count)d disclosures", count) % {"count": count},
        "reset_url": reverse("disclosures"),
    }
    template = "_rows.html" if asks_for(request, "disclosure-rows") else "list.html"
    return render(request, f"pilots/disclosures/{template}", context)


def _contact(institution: Institution, form: DisclosureForm, shown: str) -> dict[str, Any]:
    file_url = dated(reverse("institution", args=[institution.number]), timezone.localdate())
    return {
        "institution": {"name": institution.name, "number": institution.number, "contact": institution.contact_name},
        "masked": mask_phone(institution.contact_phone),
        "shown": shown,
        "form": form,
        "sections": form.sections(),
        "cancel_url": file_url,
        "breadcrumb": [
            {"label": institution.name, "url": file_url},
            {"label": _("Contact telephone"), "url": None},
        ],
    }


def _filtered(found: QuerySet[Disclosure], filters: DisclosureFilter) -> QuerySet[Disclosure]:
    """Apply the filters that are valid; an invalid one narrows nothing and shows its error."""
    filters.is_valid()
    if q := filters.cleaned_data.get("q"):
        found = found.filter(
            Q(recorded_by__username__icontains=q)
            | Q(recorded_by__name__icontains=q)
            | Q(institution__name__icontains=q)
            | Q(institution__number__icontains=q)
            | Q(reason__icontains=q)
        )
    if purpose := filters.cleaned_data.get("purpose"):
        found = found.filter(purpose=purpose)
    return found


def _row(disclosure: Disclosure) -> dict[str, Any]:
    person = disclosure.recorded_by
    return {
        "at": f"{timezone.localtime(disclosure.recorded_at):%Y-%m-%d %H:%M:%S}",
        "person": person.display_name if person else "—",
        "username": person.username if person else "",
        "institution": disclosure.institution.name,
        "number": disclosure.institution.number,
        "area": disclosure.institution.county.label,
        "field": HiddenField(disclosure.field).label,
        "purpose": Purpose(disclosure.purpose).label,
        "reason": disclosure.reason,
        "request_id": disclosure.request_id,
    }
