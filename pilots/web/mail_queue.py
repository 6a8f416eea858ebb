"""Outgoing e-mail, for system administrators: what waits, what failed and why, another try."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from pilots.models import Delivery
from pilots.operations.deliveries import retry_delivery
from pilots.policies.notices import may_watch_mail, watched_mail
from pilots.queries.notices import queue
from pilots.states.deliveries import MOVES, Form, State
from pilots.web.forms import StyledForm
from portal.accounts.models import User
from portal.shared.audience import Audience, open_to
from portal.shared.refusals import DomainError

PAGE_SIZE = 50
STATUSES = {
    State.WAITING: "pending",
    State.SENT: "met",
    State.BOUNCED: "behind",
    State.DEAD: "behind",
    State.DROPPED: "neutral",
}


class QueueFilter(StyledForm):
    """Which e-mails are shown; kept in the address."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=[("", gettext_lazy("All states")), *State.choices]
    )


@open_to(Audience.ADMINISTRATORS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Counts, and the e-mails with what came of them, newest first."""
    if not may_watch_mail(request.user):
        raise PermissionDenied
    filters = QueueFilter(request.GET)
    found = watched_mail(request.user).select_related("user").order_by("-pk")
    if filters.is_valid() and filters.cleaned_data["state"]:
        found = found.filter(state=filters.cleaned_data["state"])
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    count = page.paginator.count
    context = {
        "filters": filters,
        "metrics": _metrics(),
        "page_obj": page,
        "rows": [_row(each) for each in page.object_list],
        "result_text": ngettext("%(count)s e-mail", "%(count)s e-mails", count) % {"count": f"{count:,}"},
    }
    return render(request, "pilots/desk/queue.html", context)


@open_to(Audience.ADMINISTRATORS)
@require_POST
def retry(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Send an e-mail once more that was refused or given up."""
    if not may_watch_mail(request.user):
        raise PermissionDenied
    delivery = get_object_or_404(watched_mail(request.user), pk=delivery_id)
    assert isinstance(request.user, User)  # LoginRequiredMiddleware
    try:
        retry_delivery(delivery_id=delivery.pk, by=request.user, at=timezone.now())
    except DomainError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The e-mail is sent again within a minute."))
    return redirect("mail_queue")


def _metrics() -> list[dict[str, Any]]:
    now = queue(timezone.now())
    since = timezone.localtime(now.oldest).strftime("%Y-%m-%d %H:%M") if now.oldest else ""
    failing = ngettext("%(count)s failed and is tried again", "%(count)s failed and are tried again", now.failing)
    overdue = ngettext("%(count)s notice undelivered", "%(count)s notices undelivered", now.undelivered_notices)
    address = reverse("mail_queue")
    return [
        {
            "label": _("Waiting"),
            "value": f"{now.waiting:,}",
            "change": failing % {"count": now.failing} if now.failing else "",
            "sub": _("due since %(instant)s") % {"instant": since} if since else "",
            "url": f"{address}?state={State.WAITING}",
        },
        {
            "label": _("Refused"),
            "value": f"{now.bounced:,}",
            "sub": _("The recipient's server does not take them."),
            "url": f"{address}?state={State.BOUNCED}",
        },
        {
            "label": _("Given up"),
            "value": f"{now.dead:,}",
            "sub": _("After the last of several tries."),
            "url": f"{address}?state={State.DEAD}",
        },
        {
            "label": _("Sent"),
            "value": f"{now.sent:,}",
            "sub": overdue % {"count": now.undelivered_notices} if now.undelivered_notices else "",
            "url": f"{address}?state={State.SENT}",
        },
    ]


def _row(each: Delivery) -> dict[str, Any]:
    failed = each.state == State.WAITING and each.attempts
    return {
        "person": each.user.display_name,
        "address": each.address or each.user.email,
        "form": Form(each.form).label,
        "status": STATUSES[State(each.state)],
        "state": _("waiting after a failure") if failed else State(each.state).label,
        "attempts": each.attempts,
        "error": each.last_error,
        "at": each.finished_at or each.next_attempt_at,
        "retry_url": reverse("mail_retry", args=[each.pk]) if each.state in MOVES["retry"][0] else "",
    }
