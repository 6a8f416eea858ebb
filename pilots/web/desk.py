"""The desk: a person's messages, and how they are to be sent."""

from typing import Any

from django.conf import settings
from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pilots.models import Message
from pilots.operations.notices import choose_delivery, mark_all_read, mark_read
from pilots.policies.notices import topics_for
from pilots.queries.notices import bounced_address, choices_of, messages_of, words
from pilots.states.notice_kinds import KINDS
from pilots.states.notices import Severity
from pilots.web.days import dated
from pilots.web.desk_forms import DeliveryForm, MessageFilter
from portal.accounts.models import User
from portal.shared.audience import Audience, open_to

PAGE_SIZE = 20
STATUSES = {Severity.INFO: "neutral", Severity.WARNING: "at_risk", Severity.URGENT: "behind"}


@open_to(Audience.SIGNED_IN)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """A person's messages, newest first; all or the unread, of all topics or one."""
    user = _person(request)
    filters = MessageFilter(request.GET, topics=topics_for(user))
    chosen = filters.cleaned_data if filters.is_valid() else {}
    found = messages_of(user, unread=chosen.get("show") == "unread", topic=chosen.get("topic", ""))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    count = page.paginator.count
    context = {
        "filters": filters,
        "filtered": any(chosen.values()),
        "page_obj": page,
        "rows": [_row(each) for each in page.object_list],
        "newest": max((each.pk for each in page.object_list), default=0),
        "result_text": ngettext("%(count)s message", "%(count)s messages", count) % {"count": f"{count:,}"},
        "bounced": bounced_address(user),
    }
    return render(request, "pilots/desk/index.html", context)


@open_to(Audience.SIGNED_IN)
@require_safe
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """One message, where the links of e-mails lead."""
    row = _row(get_object_or_404(messages_of(_person(request)), pk=message_id))
    context = {
        "row": row,
        "breadcrumb": [{"label": _("Messages"), "url": reverse("desk")}, {"label": row["subject"], "url": None}],
    }
    return render(request, "pilots/desk/message.html", context)


@open_to(Audience.SIGNED_IN)
@require_POST
def read(request: HttpRequest, message_id: int) -> HttpResponse:
    """Mark a message as read; go on to what it is about where that was asked for, else back."""
    found = get_object_or_404(messages_of(_person(request)), pk=message_id)
    mark_read(message_id=found.pk, by=_person(request), at=timezone.now())
    subject = _subject_url(found)
    return redirect(subject if "open" in request.POST and subject else _back(request))


@open_to(Audience.SIGNED_IN)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark every message as read that came up to the newest one that the page showed."""
    newest = request.POST.get("up_to", "")
    up_to = int(newest) if newest.isascii() and newest.isdigit() and len(newest) < len(str(2**63)) else 0
    count = mark_all_read(up_to=up_to, by=_person(request), at=timezone.now())
    said = ngettext("%(count)s message marked as read.", "%(count)s messages marked as read.", count)
    flash.success(request, said % {"count": count})
    return redirect("desk")


@open_to(Audience.SIGNED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """How messages reach the person: by topic, and in which language."""
    user = _person(request)
    initial = {"language": user.language, **{str(topic): choice for topic, choice in choices_of(user).items()}}
    topics = topics_for(user)
    form = DeliveryForm(request.POST or None, initial=initial, topics=topics)
    if request.method == "POST" and form.is_valid():
        choose_delivery(by=user, choices=form.choices(), language=form.cleaned_data["language"])
        return _in_language(request, user.language)
    context = {
        "form": form,
        "email": user.email,
        "bounced": bounced_address(user),
        "fixed": [topic.label for topic in topics if topic not in form.topics],
        "breadcrumb": [{"label": _("Messages"), "url": reverse("desk")}, {"label": _("Delivery"), "url": None}],
    }
    return render(request, "pilots/desk/settings.html", context, status=422 if form.errors else 200)


def _in_language(request: HttpRequest, language: str) -> HttpResponse:
    """Say that it is stored, and go on in the language that was chosen."""
    with translation.override(language):
        flash.success(request, _("Stored. It holds for messages from now on."))
    response = redirect("desk_settings")
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware
    return request.user


def _back(request: HttpRequest) -> str:
    """The page of the list that the form was on."""
    address = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if safe and address.startswith(reverse("desk")) else reverse("desk")


def _row(each: Message) -> dict[str, Any]:
    said = words(each.notice)
    kind = KINDS[each.notice.kind]
    return {
        "pk": each.pk,
        "subject": said.subject,
        "body": said.body,
        "topic": kind.topic.label,
        "severity": kind.severity.label if kind.severity != Severity.INFO else "",
        "severity_status": STATUSES[kind.severity],
        "at": each.created_at,
        "read_at": each.read_at,
        "url": reverse("message", args=[each.pk]),
        "read_url": reverse("message_read", args=[each.pk]),
        "subject_url": _subject_url(each),
    }


def _subject_url(each: Message) -> str:
    """The page of what a message is about: its reader sees it, or the message would not be visible."""
    notice = each.notice
    if notice.kind in PAGES:
        return reverse(PAGES[notice.kind])
    if notice.operator is not None:
        return reverse("operator_keys", args=[notice.operator.pk])
    if notice.institution is not None:
        return dated(reverse("institution", args=[notice.institution.number]), timezone.localdate())
    return reverse("region", args=[notice.region.code]) if notice.region is not None else ""


PAGES = {
    "mail.undelivered": "mail_queue",
    "proposal.waiting": "proposals",
    "proposal.decided": "proposals",
    "administration.waiting": "proposals",
    "administration.decided": "proposals",
    "membership.given": "my_roles",
    "membership.ended": "my_roles",
    "account.password_reset": "mfa_index",
    "account.password_changed": "mfa_index",
    "account.second_factor_changed": "mfa_index",
    "account.second_factor_reset": "mfa_index",
    "account.identity_changed": "mfa_index",
    "account.new_address": "usersessions_list",
    "account.locked": "usersessions_list",
    "trail.sealed": "seals",
    "trail.late": "seals",
}
"""Pages of kinds that are not about an institution or region; a page must be open to all readers of its kind."""
