"""What was typed into a form whose sender had to sign in first: kept, and offered for sending again.

The content travels inside the sign-in page, sealed (compressed, encrypted, signed, two hours valid), and goes into the
session only with a successful sign-in: strangers fill no table. Files and passwords are never kept. Nothing is sent
again by itself: the page shows what it is and waits for a click, with a new CSRF token.
"""

import json
import re
from dataclasses import asdict, dataclass

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from portal.accounts.models import User
from portal.accounts.sealing import seal, unseal

SESSION_KEY = "kept"
FIELD = "kept"
LIMIT = 256 * 1024
"""Characters of names and values together, and of the sealed text's source."""
PARTIAL_LIMIT = 32 * 1024
"""The same for a request by htmx, whose answer cannot carry it: it waits in the session of a stranger."""
MAX_AGE = 2 * 3600
PERSON_COOKIE = "portal_person"
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
_NEVER = re.compile(r"passw|pwd|secret|credential|^csrfmiddlewaretoken$", re.IGNORECASE)
_OWN = "/accounts/"


@dataclass(frozen=True)
class Kept:
    """A form's content: where it was sent, from which page, by whom if that is known, and what was left out."""

    path: str
    back: str
    person: int | None
    fields: list[tuple[str, str]]
    left_out: list[str]

    def sealed(self) -> str:
        """As text for a hidden field."""
        return seal(json.dumps(asdict(self), ensure_ascii=False), purpose="kept")


class TooLarge(Exception):
    """More was typed than is kept."""


def kept_from(request: HttpRequest) -> Kept | None:
    """What a POST carries, or None where it is no form, nothing typed is in it or it belongs to the sign-in itself.

    Raises TooLarge above LIMIT.
    """
    if request.content_type not in FORM_TYPES or request.path.startswith(_OWN):
        return None
    typed = [(name, value) for name, values in request.POST.lists() for value in values]
    fields = [(name, value) for name, value in typed if not _NEVER.search(name)]
    if not fields:
        return None
    limit = PARTIAL_LIMIT if "HX-Request" in request.headers else LIMIT
    if sum(len(name) + len(value) for name, value in fields) > limit:
        raise TooLarge
    left_out = [name for name, _value in typed if _NEVER.search(name) and name != "csrfmiddlewaretoken"]
    left_out += [name for name, files in request.FILES.lists() if any(files)]
    return Kept(request.get_full_path(), page_of(request), person_of(request), fields, left_out)


def opened(text: str) -> Kept | None:
    """The content of a hidden field, or None where it is foreign, altered or older than two hours."""
    source = unseal(text, purpose="kept", max_age=MAX_AGE) if text else None
    if source is None:
        return None
    found = json.loads(source)
    return Kept(**{**found, "fields": [(name, value) for name, value in found["fields"]]})


def keep(request: HttpRequest, kept: Kept) -> None:
    """Put it into the session of whoever has just proved who they are."""
    request.session[SESSION_KEY] = {"text": kept.sealed(), "offered": False}


def keep_posted(request: HttpRequest) -> bool:
    """Take over what a sign-in form carried along; answer whether there was anything."""
    kept = opened(request.POST.get(FIELD, ""))
    if kept is not None:
        keep(request, kept)
    return kept is not None


def kept_in_session(request: HttpRequest) -> Kept | None:
    """What the session holds for this user. What another person typed is thrown away unseen."""
    held = request.session.get(SESSION_KEY)
    kept = opened(held["text"]) if held else None
    if held and (kept is None or kept.person not in (None, request.user.pk)):
        discard(request)
        return None
    return kept


def discard(request: HttpRequest) -> None:
    """Forget it."""
    request.session.pop(SESSION_KEY, None)


def person_of(request: HttpRequest) -> int | None:
    """Who sent the form: whoever is or was signed in in this browser until it is closed; None if unknown."""
    if isinstance(request.user, User):
        return request.user.pk
    if former := getattr(request, "signed_out_user", None):
        return int(former)
    try:
        return int(_signer().unsign(request.COOKIES.get(PERSON_COOKIE, "")))
    except (BadSignature, ValueError):
        return None


def person_mark(user_id: int) -> str:
    """The cookie that tells, after a session has ended, whose it was."""
    return _signer().sign(str(user_id))


def _signer() -> Signer:
    return Signer(salt="portal.accounts.person")


def page_of(request: HttpRequest) -> str:
    """The page that the form stood on, as a path on this host; else the start page."""
    referer = request.headers.get("Referer", "")
    root = f"{request.scheme}://{request.get_host()}/"
    if not referer.startswith(root) or not url_has_allowed_host_and_scheme(
        referer, {request.get_host()}, require_https=settings.PRODUCTION
    ):
        return "/"
    path = f"/{referer[len(root) :]}"
    return path if url_has_allowed_host_and_scheme(path, None) else "/"
