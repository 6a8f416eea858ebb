"""Who may try a password: five failures close an account for the address they came from, fifty close the address.

The count is kept by django-axes in the database. An account is closed for one address only, so that a stranger
elsewhere cannot keep its owner out; tries while it is closed are refused and not counted, so that it opens 15 minutes
after the last counted failure. Names without an account are counted like any other: nothing tells them apart. Who
signed in from an address lately is not kept out when others close it.
"""

import unicodedata
from datetime import timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessFailureLog, AccessLog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LONGEST_NAME = 150

WRONG = _("User name or password is wrong. Please check both; passwords distinguish capital and small letters.")
CLOSED = _(
    "Too many wrong passwords: this user name is closed for your network address. Please try again in 15 minutes, or "
    "sign in with a passkey. If you forgot the password, ask the office that gave you the account."
)
ADDRESS_CLOSED = _(
    "Too many failed sign-ins from your network address. Please try again in an hour, or sign in with a passkey."
)


class SignInGuard(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """Counts by account and address, as configured, and by address alone."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Whether this address may not try this account, or any."""
        recent = request.axes_attempt_time - settings.AXES_ADDRESS_WINDOW  # type: ignore[attr-defined]
        address = request.axes_ip_address  # type: ignore[attr-defined]
        failed = AccessFailureLog.objects.filter(ip_address=address, attempt_time__gte=recent).count()
        full = failed >= settings.AXES_ADDRESS_LIMIT
        request.address_closed = full and not _at_home(request, credentials)  # type: ignore[attr-defined]
        return bool(super().is_locked(request, credentials)) or request.address_closed  # type: ignore[attr-defined]


def _at_home(request: HttpRequest, credentials: dict[str, Any] | None) -> bool:
    """Whether somebody signed in to this account from this address within KNOWN_ADDRESS_DAYS."""
    since = request.axes_attempt_time - timedelta(days=settings.KNOWN_ADDRESS_DAYS)  # type: ignore[attr-defined]
    signed_in = AccessLog.objects.filter(ip_address=request.axes_ip_address, attempt_time__gte=since)  # type: ignore[attr-defined]
    return bool(signed_in.filter(username__iexact=typed_name(request, credentials)).exists())


def typed_name(_request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The name under which failures are counted: its spellings in capitals or full width are one."""
    typed = (credentials or {}).get("username") or ""
    return unicodedata.normalize("NFKC", typed).casefold().replace("\x00", "")[:LONGEST_NAME]


def refusal(request: HttpRequest) -> str | Promise:
    """Why the sign-in that was just tried failed; the same for every name."""
    if getattr(request, "address_closed", False):
        return ADDRESS_CLOSED
    return CLOSED if getattr(request, "axes_locked_out", False) else WRONG


def locked_answer(_request: HttpRequest, answer: HttpResponse, _credentials: dict[str, Any] | None) -> HttpResponse:
    """The form that was refused stays the answer, with status 429."""
    answer.status_code = 429
    return answer
