"""Answers to addresses that do not exist and to bugs: problem details under /api/, pages elsewhere."""

from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import defaults

from pilots.api.problems import problem_response

API = "/api/"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    if request.path.startswith(API):
        detail = _("There is nothing at this address that you may see.")
        return problem_response(request, 404, "not_found", detail)
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 for a form larger than any of ours."""
    if request.path.startswith(API):
        if isinstance(exception, RequestDataTooBig):
            return problem_response(request, 413, "body_too_large", _("The request body is too large."))
        return problem_response(request, 400, "bad_request", _("The request could not be understood."))
    if isinstance(exception, RequestDataTooBig):
        return render(request, "errors/413.html", status=413)
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a bug; the id on the page is the one in the log."""
    if request.path.startswith(API):
        detail = _("Something went wrong on our side; it was logged under the request id.")
        return problem_response(request, 500, "internal_error", detail)
    return defaults.server_error(request)


class NotAllowedMiddleware:
    """405 with its page: Django's own has an empty body. Answers of the interface have theirs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Fill an empty 405; the header that names the methods stays."""
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content:
            return response
        page = render(request, "errors/405.html", status=HTTPStatus.METHOD_NOT_ALLOWED)
        page["Allow"] = response["Allow"]
        return page
