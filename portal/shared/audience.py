"""Whom an address is for: declared beside each route, checked by `manage.py check`, called as every role in tests.

A declaration opens nothing. The gate is `policies`; the declaration says what the gate is expected to do, so that the
test of all routes as all roles has something to hold the gate against (tests/scope/).
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, TypeVar

from django.core.checks import CheckMessage, Error
from django.urls import URLPattern, URLResolver, get_resolver

View = TypeVar("View", bound=Callable[..., Any])


class Audience(StrEnum):
    """Who gets an answer; everyone else gets 404, or 403 where the object is visible but the act is not theirs."""

    ANYONE = "anyone"
    """No sign-in: the sign-in itself, the health of the portal, the interface's description."""
    SIGNED_IN = "signed in"
    """Every account; what the page holds is bounded by policies, and may be nothing."""
    REGION = "readers of a region"
    """Officers, colleagues and auditors of the region asked for, or of one above it."""
    INSTITUTION = "readers of an institution"
    """Readers of its region, and whoever speaks for it."""
    REPORTING = "who reports for an institution"
    """Whoever speaks for the institution, and the officers of its county unit."""
    COUNTY_DESK = "county officers"
    STEERING = "officers of the province and the cities"
    """Officers of the region's city or province; readers of the region get 403."""
    OFFICE = "who manages people"
    """Officers for the people below them, directors for their institution, administrators for administrators."""
    KEYS = "who manages an institution's keys"
    """The institution's director, and the officers of its county unit."""
    AUDIT = "auditors"
    """Auditors of a region, and audit administrators."""
    ADMINISTRATORS = "administrators"
    """System, security and audit administrators, each for their own part."""
    API = "callers of the interface"
    """Software with a key, within the key's institution and scopes; a session within its own regions."""


def open_to(audience: Audience) -> Callable[[View], View]:
    """Declare the audience of a view; also around a view from a library, in the URL map."""

    def declare(view: View) -> View:
        view.audience = audience  # type: ignore[attr-defined]  # a mark on a function
        return view

    return declare


def routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every route by its name, with its view."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from routes(pattern.url_patterns, space)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name or ''}", pattern.callback


def check_audiences(**_options: Any) -> list[CheckMessage]:
    """System check: a route without a declared audience, or without a name, is an error."""
    found: list[CheckMessage] = [
        Error(f"The route {name} declares no audience.", hint="Decorate its view with open_to(…).", id="portal.E001")
        for name, view in routes()
        if not isinstance(getattr(view, "audience", None), Audience)
    ]
    nameless = [view for name, view in routes() if not name.rpartition(":")[2]]
    hint = "Give it one in the URL map: the test of all routes asks for it by name."
    return found + [Error(f"The route of {view!r} has no name.", hint=hint, id="portal.E002") for view in nameless]
