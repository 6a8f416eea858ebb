"""A form that came too late: the sign-in page that carries it, and the page that offers it again."""

import copy
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _
from django.views.csrf import csrf_failure
from django.views.decorators.http import require_POST, require_safe

from portal.accounts import kept
from portal.accounts.models import User
from portal.accounts.web.headings import described
from portal.shared.audience import Audience, open_to

TOO_LARGE = _("Your session had ended. What you typed is too long to be kept; nothing was saved.")


@open_to(Audience.SIGNED_IN)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """What was typed before the sign-in, ready to be sent again to where it was meant for."""
    found = kept.kept_in_session(request)
    if found is None or not url_has_allowed_host_and_scheme(found.path, None):
        return redirect(settings.LOGIN_REDIRECT_URL)
    request.session[kept.SESSION_KEY] = {**request.session[kept.SESSION_KEY], "offered": True}
    return render(request, "account/kept.html", {"kept": found, "lines": described(found)})


@open_to(Audience.SIGNED_IN)
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throw it away and go back to the page it was typed on."""
    found = kept.kept_in_session(request)
    kept.discard(request)
    return redirect(found.back if found else settings.LOGIN_REDIRECT_URL)


def ask_to_sign_in(request: HttpRequest) -> HttpResponseBase | None:
    """Answer a form from someone who is not signed in: the sign-in page with the content, or None if there is none."""
    try:
        found = kept.kept_from(request)
    except kept.TooLarge:
        messages.warning(request, TOO_LARGE)
        if "HX-Request" in request.headers:
            return _led_by_htmx("/")
        return sign_in_page(request, "", back="/", status=403)
    if found is None:
        return None
    if "HX-Request" in request.headers:
        kept.keep(request, found)
        return _led_by_htmx(found.back)
    return sign_in_page(request, found.sealed(), back=found.back, status=403)


def _led_by_htmx(back: str) -> HttpResponse:
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = f"{reverse('sign_in')}?{urlencode({'next': back})}"
    return answer


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Django's CSRF_FAILURE_VIEW: a form with an old token, from a page of our own, is kept; any other is refused.

    Someone who signed in again in another window has a new token. That the form is ours is told by the Origin that
    the browser writes; a page elsewhere cannot forge it, and is refused like before.
    """
    own = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    if own and request.method == "POST":
        if not isinstance(request.user, User):
            return ask_to_sign_in(request) or csrf_failure(request, reason=reason)
        try:
            found = kept.kept_from(request)
        except kept.TooLarge:
            found = None
        if found is not None:
            kept.keep(request, found)
            return redirect("kept")
    return csrf_failure(request, reason=reason)


def sign_in_page(request: HttpRequest, carried: str, *, back: str, status: int) -> HttpResponseBase:
    """The sign-in page as an answer to a POST elsewhere, carrying sealed content."""
    page: Any = copy.copy(request)
    page.method = "GET"
    page.GET, page.POST = QueryDict(urlencode({"next": back} if back else {})), QueryDict()
    page.carried = carried
    response: HttpResponseBase = resolve(reverse("sign_in")).func(page)
    response.status_code = status
    return response
