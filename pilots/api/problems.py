"""One error body everywhere: problem details (RFC 9457) with a code and a JSON pointer for each field at fault."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as ModelValidationError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from portal.shared.refusals import DomainError
from portal.shared.requests import current_request_id

MEDIA_TYPE = "application/problem+json"
NON_FIELD = "non_field_errors"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """The problem that an exception in an API view becomes; None for a bug, which is a 500."""
    problem = _problem_of(error)
    if problem is None:
        return None
    set_rollback()
    headers = {}
    if isinstance(error, exceptions.APIException):
        if challenge := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = challenge
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = f"{wait:.0f}"
    return Response(problem, status=problem["status"], headers=headers, content_type=MEDIA_TYPE)


def problem_details(status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """The body of a problem."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": errors or [],
        "request_id": current_request_id(),
    }


def problem_response(_request: HttpRequest, status: int, code: str, detail: str) -> JsonResponse:
    """A problem from outside the API views: an unknown address, a bug."""
    return JsonResponse(problem_details(status, code, detail), status=status, content_type=MEDIA_TYPE)


def _problem_of(error: Exception) -> dict[str, Any] | None:
    if isinstance(error, Http404):
        return problem_details(404, "not_found", _("There is nothing at this address that you may see."))
    if isinstance(error, RequestDataTooBig):
        return problem_details(413, "body_too_large", _("The request body is too large."))
    if isinstance(error, PermissionDenied):
        return problem_details(403, "not_permitted", _("You may not do this."))
    if isinstance(error, DomainError):
        errors = [_entry(f"/{error.field}", error.code, str(error))] if error.field else []
        return problem_details(error.status, error.code, str(error), errors)
    if isinstance(error, exceptions.ValidationError):
        return _validation(list(_walk(error.detail, "")))
    if isinstance(error, ModelValidationError):
        by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        return _validation([_entry(f"/{f}", "invalid", m) for f, ms in by_field.items() for m in ms])
    if isinstance(error, exceptions.APIException):
        code = error.get_codes()
        return problem_details(error.status_code, code if isinstance(code, str) else "error", str(error.detail))
    return None


def _validation(errors: list[dict[str, str]]) -> dict[str, Any]:
    return problem_details(400, "invalid", _("Some values are not valid."), errors)


def _walk(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    """DRF's nested errors as a flat list with JSON pointers (RFC 6901)."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            below = pointer if key == NON_FIELD else f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
            yield from _walk(inner, below)
    elif isinstance(detail, list):
        for inner in detail:
            yield from _walk(inner, pointer)
    else:
        yield _entry(pointer, getattr(detail, "code", None) or "invalid", str(detail))


def _entry(pointer: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": pointer, "code": code, "detail": detail}
