"""Documents on an institution's file: add, open, withdraw."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pilots.models import Document, Institution
from pilots.operations.documents import DocumentEntry, add_document, withdraw_document
from pilots.policies.documents import visible_documents
from pilots.policies.institutions import may_report, visible_institutions
from pilots.states.documents import EXPIRING_WITHIN_DAYS, DocumentKind
from pilots.web.days import dated
from pilots.web.document_forms import DocumentForm, WithdrawalForm
from pilots.web.forms import refuse
from portal.accounts.freshness import fresh_sign_in_required
from portal.shared.audience import Audience, open_to
from portal.shared.limits import accepts_a_file
from portal.shared.refusals import DomainError
from portal.shared.uploads import read
from portal.shared.uploads.kinds import kind_of

ANCHOR = "#documents"
SANDBOX = "default-src 'none'; sandbox"
_KILOBYTE = 1024


@open_to(Audience.REPORTING)
@accepts_a_file
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, number: str) -> HttpResponse:
    """Put a document on an institution's file."""
    institution = _reportable(request, number)
    form = DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = add_document(institution_id=institution.pk, entry=_entry(form), by=request.user, at=timezone.now())
        except DomainError as error:
            refuse(form, error)
        else:
            said = _("On file: %(name)s.") if done.created else _("The same document was on file before: %(name)s.")
            messages.success(request, said % {"name": done.document.name})
            return redirect(_file_url(institution) + ANCHOR)
    return _form(request, institution, form, title=_("Add a document"), submit_label=_("Put on file"))


@open_to(Audience.INSTITUTION)
@require_safe
def download(request: HttpRequest, number: str, document_id: int) -> HttpResponse:
    """Open a document: offered as a file; pictures may be shown in the browser (`?show=1`), in a sandbox."""
    document = _document(request, number, document_id)
    kind = kind_of(document.media_type)
    shown = kind.shown_in_page and request.GET.get("show") == "1"
    response = HttpResponse(read(document.file_key), content_type=kind.media_type)
    response["Content-Disposition"] = content_disposition_header(not shown, document.name) or "attachment"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response


@open_to(Audience.REPORTING)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def withdraw(request: HttpRequest, number: str, document_id: int) -> HttpResponse:
    """Take a document off an institution's file, with the reason."""
    institution = _reportable(request, number)
    document = _document(request, number, document_id)
    form = WithdrawalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            withdraw_document(document_id=document.pk, reason=reason, by=request.user, at=timezone.now())
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Withdrawn: %(name)s.") % {"name": document.name})
            return redirect(_file_url(institution) + ANCHOR)
    title = _("Withdraw a document")
    return _form(request, institution, form, title=title, subject=document.name, submit_label=_("Withdraw"))


def rows(documents: list[Document], day: date, number: str, *, may_change: bool) -> list[dict[str, Any]]:
    """Documents as the institution's file lists them."""
    return [_row(document, day, number, may_change=may_change) for document in documents]


def _row(document: Document, day: date, number: str, *, may_change: bool) -> dict[str, Any]:
    withdrawal = getattr(document, "withdrawal", None)
    status, label = _standing(document, day)
    url = reverse("document", args=[number, document.pk])
    withdraw_url = reverse("document_withdraw", args=[number, document.pk])
    author = document.recorded_by.display_name if document.recorded_by else "—"
    return {
        "kind": DocumentKind(document.kind).label,
        "name": document.name,
        "note": document.note,
        "url": url,
        "show_url": f"{url}?show=1" if kind_of(document.media_type).shown_in_page else "",
        "size": _size(document.size),
        "expires": document.expires_on.isoformat() if document.expires_on else "—",
        "recorded": f"{timezone.localtime(document.recorded_at):%Y-%m-%d %H:%M} · {author}",
        "status": status,
        "status_label": label,
        "remark": _("Withdrawn: %(reason)s") % {"reason": withdrawal.reason} if withdrawal else "",
        "withdraw_url": withdraw_url if may_change and withdrawal is None else "",
    }


def _standing(document: Document, day: date) -> tuple[str, str]:
    if getattr(document, "withdrawal", None) is not None:
        return "neutral", _("withdrawn")
    if document.expires_on is None:
        return "met", _("on file")
    if document.expires_on < day:
        return "behind", _("expired")
    if document.expires_on <= day + timedelta(days=EXPIRING_WITHIN_DAYS):
        return "at_risk", _("expiring")
    return "met", _("valid")


def _size(size: int) -> str:
    if size < _KILOBYTE * _KILOBYTE:
        return f"{max(size // _KILOBYTE, 1)} KB"
    return f"{size / _KILOBYTE / _KILOBYTE:.1f} MB"


def _entry(form: DocumentForm) -> DocumentEntry:
    data: dict[str, Any] = form.cleaned_data
    # One byte more than is taken, so that the sentence about the size is said and nothing larger is ever in memory.
    content = data["file"].read(settings.UPLOAD_MAX_BYTES + 1)
    return DocumentEntry(DocumentKind(data["kind"]), content, data["file"].name, data["expires_on"], data["note"])


def _reportable(request: HttpRequest, number: str) -> Institution:
    institution = get_object_or_404(visible_institutions(request.user).select_related("county"), number=number)
    if not may_report(request.user, institution):
        raise PermissionDenied
    return institution


def _document(request: HttpRequest, number: str, document_id: int) -> Document:
    return get_object_or_404(visible_documents(request.user), institution__number=number, pk=document_id)


def _file_url(institution: Institution) -> str:
    return dated(reverse("institution", args=[institution.number]), timezone.localdate())


def _form(
    request: HttpRequest, institution: Institution, form: DocumentForm | WithdrawalForm, **more: Any
) -> HttpResponse:
    url = _file_url(institution)
    context = {
        "form": form,
        "sections": form.sections(),
        "pretitle": institution.name,
        "cancel_url": url + ANCHOR,
        "breadcrumb": [{"label": institution.name, "url": url}, {"label": more["title"], "url": None}],
        **more,
    }
    return render(request, "pilots/institutions/form.html", context, status=422 if form.errors else 200)
