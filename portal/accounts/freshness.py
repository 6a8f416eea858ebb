"""A fresh sign-in before dangerous acts: `@fresh_sign_in_required` around a view, or `@fresh_sign_in_to_send`."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from portal.accounts.kept import TooLarge, keep, kept_from, page_of
from portal.shared.refusals import NotPermitted

View = Callable[..., HttpResponseBase]
SINGLE_SIGN_ON = "socialaccount"
"""The library's name of that way in its records."""


def is_fresh(request: HttpRequest) -> bool:
    """Whether the user proved who they are within FRESH_SIGN_IN_MINUTES, by signing in or by being asked again.

    A single sign-on counts from when the service says that the user proved it there: who comes back may have shown
    nothing but a session that was open there.
    """
    records = get_authentication_records(request, request.user)
    latest = max((_proved_at(record) for record in records), default=0.0)
    return bool(time.time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def note_proof(request: HttpRequest, claims: dict[str, Any]) -> None:
    """Keep with a single sign-on when the user proved it, by the claim `auth_time` of the checked identity."""
    told, who = claims.get("auth_time"), str(claims.get("sub"))
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY) or []
    latest = records[-1] if records else {}
    if latest.get("method") == SINGLE_SIGN_ON and latest.get("uid") == who and isinstance(told, int | float):
        proved = {**latest, "proved_at": min(told, time.time())}
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [*records[:-1], proved]


def fresh_sign_in_required(view: View) -> View:
    """Ask for the password or the second factor first, if that was too long ago.

    What a form carried is kept meanwhile and offered for sending again; nothing is sent without the user's click.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        return _ask(request)

    return _marked(guarded)


def fresh_sign_in_to_send(view: View) -> View:
    """The same for a page that many read and few act on: only its form asks."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or is_fresh(request):
            return view(request, *args, **kwargs)
        return _ask(request)

    return _marked(guarded)


def fresh_sign_in_to_enrol(view: View) -> View:
    """The same for adding a factor: who has nothing to be asked for yet may add the first just after the sign-in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_fresh(request) or _has_no_proof_yet(request):
            return view(request, *args, **kwargs)
        return _ask(request)

    return _marked(guarded)


def asks_for_fresh_sign_in(view: View) -> bool:
    """Whether a view of the URL map asks, so that a test can name all that do."""
    return bool(getattr(view, "asks_for_fresh_sign_in", False))


def _has_no_proof_yet(request: HttpRequest) -> bool:
    """Just signed in, by a single sign-on that did not say when the user proved it, and with nothing else to show."""
    if get_adapter().get_reauthentication_methods(request.user):
        return False
    latest = max((record["at"] for record in get_authentication_records(request, request.user)), default=0.0)
    return bool(time.time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def _proved_at(record: dict[str, Any]) -> float:
    return float(record.get("proved_at", 0.0) if record["method"] == SINGLE_SIGN_ON else record["at"])


def _marked(view: View) -> View:
    view.asks_for_fresh_sign_in = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def _ask(request: HttpRequest) -> HttpResponse:
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:
        raise NotPermitted(
            _(
                "Please sign out and sign in again first: this act asks for a fresh sign-in. If the single sign-on "
                "then does not ask who you are, add a second factor on the page “Security”."
            )
        )
    back = _way_back(request)
    response = redirect(f"{methods[0]['url']}?{urlencode({'next': back})}")
    if "HX-Request" in request.headers:
        htmx = HttpResponse(status=204)
        htmx["HX-Redirect"] = response["Location"]
        return htmx
    return response


def _way_back(request: HttpRequest) -> str:
    if request.method != "POST":
        return request.get_full_path()
    try:
        kept = kept_from(request)
    except TooLarge:
        messages.warning(request, _("What you typed is too long to be kept; nothing was saved."))
        return "/"
    if kept is None:
        return request.path if request.path.startswith("/accounts/") else page_of(request)
    keep(request, kept)
    return reverse("kept")
