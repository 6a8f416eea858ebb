"""One id for each request: in the log, in the answer's header, on the error page."""

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

_current: ContextVar[str] = ContextVar("request_id", default="-")
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def current_request_id() -> str:
    """The id of the request being answered, or `-` outside one."""
    return _current.get()


class RequestIdMiddleware:
    """Take over a caller's `X-Request-ID` if it is harmless, else make one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the id; it stays until the next request, as the answer is logged after the last middleware."""
        given = request.headers.get("X-Request-ID", "")
        _current.set(given if _ACCEPTABLE.fullmatch(given) else uuid.uuid4().hex)
        response = self.get_response(request)
        response["X-Request-ID"] = current_request_id()
        return response


class NoNulMiddleware:
    """Refuse addresses with a NUL: no name or number has one, and PostgreSQL takes none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, or 400."""
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the address")
        return self.get_response(request)


class RequestIdFilter(logging.Filter):
    """Put the request's id into each log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drop a line."""
        record.request_id = current_request_id()
        return True
