"""The trail for auditors: searched, exported, and its seals."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from pilots.policies.standing import standing
from pilots.policies.trail import auditable_institutions, may_read_trail
from pilots.queries.trail import Asked, Entry, Search, people_named, search
from pilots.states.calendar import FIRST_DAY
from pilots.states.recorded_acts import ACTS
from pilots.web.days import asks_for
from pilots.web.forms import DayInput, StyledForm
from pilots.web.seal_rows import seal_rows, verification
from pilots.web.trail_entries import Told, told
from portal.accounts.freshness import fresh_sign_in_required
from portal.audit.models import Seal
from portal.audit.tracking import event_models, tracked_model
from portal.shared.audience import Audience, open_to
from portal.shared.spreadsheets import csv_response

PAGE_SIZE = 50
EXPORTED_AT_MOST = 10_000
DAYS_SHOWN_AT_FIRST = 30


class TrailFilter(StyledForm):
    """What is searched for; kept in the address."""

    first = forms.DateField(label=gettext_lazy("From"), required=False, widget=DayInput)
    last = forms.DateField(label=gettext_lazy("To"), required=False, widget=DayInput)
    person = forms.CharField(label=gettext_lazy("Who"), required=False, max_length=100)
    act = forms.ChoiceField(label=gettext_lazy("Act"), required=False)
    table = forms.ChoiceField(label=gettext_lazy("Kind of record"), required=False)
    institution = forms.CharField(label=gettext_lazy("Institution number"), required=False, max_length=20)
    record = forms.CharField(
        label=gettext_lazy("Name or number of the record"),
        required=False,
        max_length=100,
        help_text=gettext_lazy(
            "Also of the person, institution or region whose it is; with a kind, its own number too."
        ),
    )
    request_id = forms.CharField(label=gettext_lazy("Request"), required=False, max_length=64)

    def __init__(self, data: Mapping[str, str], today: date) -> None:
        self._default = (today - timedelta(days=DAYS_SHOWN_AT_FIRST - 1), today)
        days = {"first": self._default[0].isoformat(), "last": today.isoformat()}
        super().__init__({**days, **data})
        acts = sorted(((act, str(words)) for act, words in ACTS.items()), key=lambda pair: pair[1])
        kinds = {model._meta.db_table: str(tracked_model(model)._meta.verbose_name) for model in event_models()}
        self.fields["act"].choices = [("", _("All acts")), *acts]  # type: ignore[attr-defined]  # ChoiceField
        self.fields["table"].choices = [("", _("All kinds")), *sorted(kinds.items(), key=lambda pair: pair[1])]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Days that are in order; without them the last thirty."""
        data = super().clean() or {}
        first = max(data.get("first") or self._default[0], FIRST_DAY)
        last = min(data.get("last") or self._default[1], self._default[1])
        if first > last and not self.errors:
            self.add_error("last", _("The last day cannot lie before the first."))
        return {**data, "first": first, "last": last}

    def asked(self, user: Any) -> Asked | None:
        """What to search for; None where it finds nothing."""
        if not self.is_valid():
            return None
        data = self.cleaned_data
        institution = None
        if number := data["institution"].strip():
            found = auditable_institutions(user).filter(number__iexact=number)
            institution = found.values_list("pk", flat=True).first()
            if institution is None:
                return None
        return Asked(
            first=data["first"],
            last=data["last"],
            people=people_named(data["person"].strip()) if data["person"].strip() else None,
            act=data["act"],
            table=data["table"],
            institution=institution,
            record=data["record"].strip(),
            request=data["request_id"].strip(),
        )


@open_to(Audience.AUDIT)
@never_cache
@require_safe
@vary_on_headers("HX-Request")
def index(request: HttpRequest) -> HttpResponse:
    """Search the trail."""
    filters, found = _searched(request)
    page: Page[Entry] = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))  # type: ignore[arg-type]  # needs no iteration
    count = page.paginator.count
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "request": request,
        "filters": filters,
        "page_obj": page,
        "rows": told(list(page.object_list), linked=bool(standing(request.user).auditing)),
        "result_text": ngettext("%(count)s event", "%(count)s events", count) % {"count": f"{count:,}"},
        "export_url": f"{reverse('trail_export')}?{query.urlencode()}" if count else "",
        "export_note": _("The file has the newest %(count)s events.") % {"count": f"{EXPORTED_AT_MOST:,}"}
        if count > EXPORTED_AT_MOST
        else "",
    }
    template = "_rows.html" if asks_for(request, "trail-rows") else "list.html"
    return render(request, f"pilots/trail/{template}", context, status=422 if filters.errors else 200)


@open_to(Audience.AUDIT)
@never_cache
@require_safe
@fresh_sign_in_required
def export(request: HttpRequest) -> HttpResponse:
    """The events that the search finds, the newest first, as a file for a spreadsheet program."""
    _filters, found = _searched(request)
    head = (
        *(_("Time"), _("Who"), _("Act"), _("Reason"), _("What"), _("Record"), _("Changes")),
        *(_("Through"), _("Request"), _("Address")),
    )
    rows = [_cells(event) for event in told(found[:EXPORTED_AT_MOST], linked=False)]
    return csv_response(f"trail-{timezone.localdate()}.csv", head, rows)


@open_to(Audience.AUDIT)
@never_cache
@require_safe
def seals(request: HttpRequest) -> HttpResponse:
    """The seals of past days, and what the last verification of the trail found."""
    _require_reader(request)
    page = Paginator(Seal.objects.all(), PAGE_SIZE).get_page(request.GET.get("page"))
    last = verification()
    context = {"request": request, "page_obj": page, "rows": seal_rows(page.object_list, last), "verification": last}
    return render(request, "pilots/trail/seals.html", context)


def _searched(request: HttpRequest) -> tuple[TrailFilter, Search]:
    _require_reader(request)
    filters = TrailFilter(request.GET.dict(), timezone.localdate())
    asked = filters.asked(request.user)
    return filters, search(request.user, asked) if asked is not None else Search([])


def _require_reader(request: HttpRequest) -> None:
    if not may_read_trail(request.user):
        raise Http404


def _cells(event: Told) -> tuple[str, ...]:
    changes = "; ".join(f"{each.label}: {each.old} → {each.new}".replace(":  → ", ": ") for each in event.changes)
    return (
        *(event.instant, event.who, event.act, event.reason, event.what, event.subject, changes),
        *(event.through, event.request, event.address),
    )
