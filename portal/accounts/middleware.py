"""From request to request: who must sign in, whose session has idled, what stands between sign-in and work."""

import time
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import SESSION_KEY as SIGNED_IN_KEY
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from portal.accounts import kept
from portal.accounts.demands import demands_of, lacks_second_factor
from portal.accounts.models import User
from portal.accounts.passwords import must_change
from portal.accounts.sessions import note_activity
from portal.accounts.web.kept import ask_to_sign_in
from portal.shared.audience import Audience

WATCH = "watch"
TICK_SECONDS = 60
API = "/api/"
ALWAYS_OPEN = frozenset({"sign_out"})
WHILE_CHANGING = ALWAYS_OPEN | {"account_change_password"}
WHILE_ENROLLING = ALWAYS_OPEN | {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}


class SignInRequired(LoginRequiredMiddleware):
    """Django's own, and a form that comes too late is not lost."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseBase:  # type: ignore[override]
        """The sign-in: by redirect for a page, at once and with the content for a form."""
        if request.method == "POST" and (page := ask_to_sign_in(request)) is not None:
            return page
        return super().handle_no_permission(request, view_func)


class SessionWatch:
    """End idle sessions, and keep signed-in pages out of caches.

    The session holds `watch`: when it was last used (written at most once a minute), how long it may idle, and whether
    a second factor is still to be enrolled. Roles are therefore read once a minute, not with every request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Watch, answer, mark."""
        if request.session.session_key is None or SIGNED_IN_KEY not in request.session:
            return self.get_response(request)
        if isinstance(request.user, User):
            _watch(request, request.user)
        response = self.get_response(request)
        if isinstance(request.user, User):
            _mark(request, request.user, response)
        return response


class OutstandingSteps:
    """Between sign-in and work: a first password is changed, a demanded second factor enrolled, kept input offered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        """The step that comes first, or None where nothing is outstanding."""
        if not isinstance(request.user, User) or getattr(view, "audience", None) == Audience.ANYONE:
            return None
        name = request.resolver_match.url_name if request.resolver_match else ""
        if must_change(request.user):
            return None if name in WHILE_CHANGING else _led(request, "account_change_password")
        if request.session.get(WATCH, {}).get("due"):
            return None if name in WHILE_ENROLLING else _led(request, "mfa_index")
        return _offer_kept(request, str(name))


def _watch(request: HttpRequest, user: User) -> None:
    now, seen = int(time.time()), request.session.get(WATCH)
    if seen and now - seen["at"] > seen["limit"]:
        minutes = seen["limit"] // 60
        logout(request)
        request.signed_out_user = user.pk  # type: ignore[attr-defined]  # whose typed content it is
        text = _("You were signed out because nothing happened for %(minutes)s minutes.") % {"minutes": minutes}
        messages.info(request, text)
    elif not seen or seen["due"] or now - seen["at"] >= TICK_SECONDS:
        demands = demands_of(user)
        due = demands.second_factor and lacks_second_factor(user)
        request.session[WATCH] = {"at": now, "limit": demands.idle_minutes * 60, "due": due}
        note_activity(request.session.session_key or "")


def _mark(request: HttpRequest, user: User, response: HttpResponse) -> None:
    if response.get("Content-Type", "").startswith("text/html"):
        patch_cache_control(response, no_store=True, private=True)
    mark = kept.person_mark(user.pk)
    if request.COOKIES.get(kept.PERSON_COOKIE) != mark:
        response.set_cookie(
            kept.PERSON_COOKIE, mark, secure=request.is_secure(), httponly=True, samesite="Lax", path="/"
        )


def _led(request: HttpRequest, name: str) -> HttpResponseBase | None:
    if not request.path.startswith(API):
        return redirect(name)
    if request.headers.get("Authorization", "").lower().startswith("bearer "):
        return None  # software with a key; the session beside it does not count
    detail = _("The sign-in is not complete: please finish it in the browser first.")
    problem = {"type": "about:blank", "title": "Forbidden", "status": 403, "code": "sign_in_incomplete"}
    return JsonResponse({**problem, "detail": detail}, status=403, content_type="application/problem+json")


def _offer_kept(request: HttpRequest, name: str) -> HttpResponseBase | None:
    """Once after the sign-in lead to the kept input; forget it when it is sent again."""
    held = request.session.get(kept.SESSION_KEY)
    if not held or name in ALWAYS_OPEN | {"kept", "kept_discard"}:
        return None
    found = kept.kept_in_session(request)
    if found is None:
        return None
    if request.method == "POST" and request.get_full_path() == found.path:
        kept.discard(request)
    elif not held["offered"] and request.method == "GET" and not request.path.startswith((API, "/accounts/")):
        return redirect("kept")
    return None
