"""How much a request may carry, decided before anything of it is read."""

from collections.abc import Callable
from typing import IO, Any, TypeVar

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse

View = TypeVar("View", bound=Callable[..., Any])

DISCARDED_AT_MOST = 32 * 1024 * 1024
TOO_LARGE_BUT_READ = 2
"""So many times the largest file is read, so that the form comes back with the sentence about the size at its field."""

_CHUNK = 64 * 1024


def accepts_a_file(view: View) -> View:
    """Mark a page's view that takes one file; every other page refuses bodies larger than a form."""
    view.accepts_a_file = True  # type: ignore[attr-defined]  # a mark on a function
    return view


class BodyLimitMiddleware:
    """Refuse a page's body by its stated length; must stand before the middleware that reads the form (CSRF)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> None:
        """Raise RequestDataTooBig (413), or BadRequest (400) for a body that does not say how long it is."""
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower() and not request.path.startswith("/api/"):
            raise BadRequest("a body without a length")
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if getattr(view, "accepts_a_file", False):
            limit += TOO_LARGE_BUT_READ * settings.UPLOAD_MAX_BYTES
        if _length(request) > limit:
            discard(request)
            raise RequestDataTooBig("The body is larger than this page takes.")


def discard(stream: HttpRequest | IO[Any]) -> None:
    """Read on, within reason: a client that is still sending does not look at the answer."""
    left = DISCARDED_AT_MOST
    while left > 0 and (chunk := stream.read(min(_CHUNK, left))):
        left -= len(chunk)


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
