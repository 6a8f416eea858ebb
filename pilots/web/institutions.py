"""The register: list, file, and the form that registers an institution."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from pilots.models import Designation, Filing, InclusiveRecognition, Institution, Region
from pilots.operations.institutions import Entry, FilingEntry, register_institution
from pilots.policies.designations import may_propose_revocation
from pilots.policies.disclosures import sees_plainly
from pilots.policies.documents import visible_documents
from pilots.policies.institutions import county_desks, may_register_in, may_report, visible_institutions
from pilots.policies.keys import may_manage_keys
from pilots.policies.regions import visible_regions
from pilots.queries.documents import on_file
from pilots.queries.figures.measures import FILED, INCLUSIVE, PILOT
from pilots.queries.institutions import institution_file
from pilots.queries.register import open_on, register
from pilots.queries.search import matching
from pilots.states.facts import FilingKind
from pilots.web import institution_file as shown
from pilots.web.days import asked_day, asks_for, dated
from pilots.web.documents import rows as document_rows
from pilots.web.forms import InstitutionFilter, InstitutionForm, refuse, refuse_values
from pilots.web.timelines import timeline_of
from portal.shared.audience import Audience, open_to
from portal.shared.refusals import DomainError

PAGE_SIZE = 50
STANDINGS: tuple[tuple[str, type[Any], Q], ...] = (
    ("pilot", Designation, PILOT),
    ("filed", Filing, FILED),
    ("inclusive", InclusiveRecognition, INCLUSIVE),
)
"""Filters by what an institution is on the day, with the ledger that says it."""


@open_to(Audience.SIGNED_IN)
@require_safe
@vary_on_headers("HX-Request")
def index(request: HttpRequest) -> HttpResponse:
    """Institutions open on a day, searched and filtered."""
    asked = asked_day(request)
    filters = InstitutionFilter(request.GET, areas=visible_regions(request.user))
    found = _filtered(open_on(visible_institutions(request.user), asked.day), filters, asked.day)
    page = Paginator(found.order_by("number"), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = register(asked.day).filter(pk__in=[each.pk for each in page.object_list])
    count = page.paginator.count
    context = {
        **asked.context(),
        "request": request,
        "stamp": _("read from the register just now"),
        "filters": filters,
        "page_obj": page,
        "rows": [
            shown.list_row(row, asked.day)
            for row in rows.select_related("institution", "county").order_by("institution__number")
        ],
        "result_text": ngettext("%(count)s institution", "%(count)s institutions", count) % {"count": f"{count:,}"},
        "reset_url": dated(reverse("institutions"), asked.day),
        "create_url": reverse("institution_new") if county_desks(request.user).exists() else "",
    }
    template = "_rows.html" if asks_for(request, "institution-rows") else "list.html"
    return render(request, f"pilots/institutions/{template}", context, status=asked.status)


@open_to(Audience.INSTITUTION)
@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """An institution's file."""
    visible = visible_institutions(request.user).select_related(
        "county__parent__parent", "operator", "host_kindergarten"
    )
    institution = get_object_or_404(visible, number=number)
    asked = asked_day(request)
    file = institution_file(institution, asked.day)
    may_change = may_report(request.user, institution)
    keys_url = reverse("institution_keys", args=[number]) if may_manage_keys(request.user, institution) else ""
    on_record = on_file(visible_documents(request.user), institution)
    context = {
        **asked.context(),
        "stamp": _("read from the register just now"),
        **shown.page(
            file,
            asked.day,
            may_report=may_change,
            may_close=may_register_in(request.user, institution.county_id),
            plainly=sees_plainly(request.user, institution),
            may_revoke=may_propose_revocation(request.user, institution),
            keys_url=keys_url,
        ),
        "documents": document_rows(on_record, asked.day, number, may_change=may_change),
        "document_add_url": reverse("document_add", args=[number]) if may_change else "",
        **timeline_of(request, institution),
        "breadcrumb": [
            {"label": _("Institutions"), "url": dated(reverse("institutions"), asked.day)},
            {"label": institution.name, "url": None},
        ],
    }
    return render(request, "pilots/institutions/detail.html", context, status=asked.status)


@open_to(Audience.COUNTY_DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Register an institution with its filing."""
    desks = county_desks(request.user)
    if not desks.exists():
        raise PermissionDenied
    form = InstitutionForm(request.POST or None, counties=desks)
    if request.method == "POST" and form.is_valid():
        done = _register(request, form)
        if done is not None:
            return done
    context = {
        "title": _("Register an institution"),
        "form": form,
        "sections": form.sections(),
        "submit_label": _("Register"),
        "cancel_url": reverse("institutions"),
        "breadcrumb": [
            {"label": _("Institutions"), "url": reverse("institutions")},
            {"label": _("Register an institution"), "url": None},
        ],
    }
    return render(request, "pilots/institutions/form.html", context, status=422 if form.errors else 200)


def _register(request: HttpRequest, form: InstitutionForm) -> HttpResponse | None:
    data: dict[str, Any] = form.cleaned_data
    filing = FilingEntry(FilingKind(data["filing_kind"]), data["filed_on"], data["document_number"])
    names = ("name", "service_model", "opened_on", "legal_nature", "credit_code", "operator_name")
    more = ("host_kindergarten_name", "address", "contact_name", "contact_phone")
    county: Region = data["county"]
    entry = Entry(county_id=county.pk, **{name: data[name] for name in (*names, *more)})
    try:
        institution = register_institution(entry=entry, filing=filing, by=request.user, at=timezone.now())
    except DomainError as error:
        refuse(form, error)
        return None
    except ValidationError as error:
        refuse_values(form, error)
        return None
    messages.success(request, _("Registered under the number %(number)s.") % {"number": institution.number})
    return redirect(dated(reverse("institution", args=[institution.number]), timezone.localdate()))


def _filtered(found: QuerySet[Institution], filters: InstitutionFilter, day: date) -> QuerySet[Institution]:
    """Apply the filters that are valid; an invalid one narrows nothing and shows its error."""
    filters.is_valid()
    chosen = filters.cleaned_data
    if chosen.get("q"):
        found = found.filter(matching(chosen["q"]))
    if chosen.get("county"):
        found = found.filter(county__in=Region.objects.counties_within(chosen["county"].pk).values("pk"))
    if chosen.get("service_model"):
        found = found.filter(service_model=chosen["service_model"])
    conditions = [condition for name, _ledger, condition in STANDINGS if chosen.get(name)]
    if not conditions:
        return found
    # Only institutions with a line in each ledger asked for are looked up in the register of the day.
    candidates = found
    for name, ledger, _condition in STANDINGS:
        if chosen.get(name):
            candidates = candidates.filter(
                pk__in=ledger.objects.filter(effective_on__lte=day).values_list("institution_id")
            )
    rows = register(day).filter(pk__in=list(candidates.values_list("pk", flat=True))).filter(*conditions)
    return found.filter(pk__in=list(rows.values_list("pk", flat=True)))
