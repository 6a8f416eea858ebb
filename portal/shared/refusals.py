"""Refusals by the domain: one family of errors with a code, a status and a sentence for the user."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise


class DomainError(Exception):
    """The rules of the field refuse an act. Subclasses set `code` and `status`; `field` names the input at fault."""

    code = "refused"
    status = 409

    def __init__(self, message: str | Promise, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class NotPermitted(DomainError):
    """The user sees the object but may not do this with it."""

    code = "not_permitted"
    status = 403


class DomainErrorMiddleware:
    """Turn a refusal that no view turned into a form error into its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The refusal's page, or None for any other exception."""
        if not isinstance(exception, DomainError):
            return None
        return render(request, "errors/refused.html", {"error": exception}, status=exception.status)
