"""What a key may be used for."""

from collections.abc import Mapping
from typing import Protocol

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from pilots.policies.standing import KeyHolder
from portal.accounts.scopes import Scope


class ScopeMissing(APIException):
    """The key may not be used for this."""

    status_code = status.HTTP_403_FORBIDDEN
    default_detail = _("This API key lacks the scope %(scope)s.")
    default_code = "scope_missing"

    def __init__(self, scope: Scope | None) -> None:
        super().__init__(self.default_detail % {"scope": scope.value if scope else "—"})


class HasScope(BasePermission):
    """A key needs the scope that the view declares for the method; a method that declares none is closed to keys.

    People who signed in have no scopes: what they may do is the matter of policies alone.
    """

    def has_permission(self, request: Request, view: object) -> bool:
        """True, or ScopeMissing."""
        holder, method = key_holder(request), str(request.method)
        if holder is None or method == "OPTIONS" or not hasattr(view, method.lower()):
            return True
        scope = needed_scope(view, method)
        if scope is None or scope not in holder.scopes:
            raise ScopeMissing(scope)
        return True


class SignedIn(Protocol):
    """A request of which somebody may be the user."""

    @property
    def user(self) -> object:
        """Who."""


def key_holder(request: SignedIn) -> KeyHolder | None:
    """The software that sent the request; None for a person."""
    principal = request.user
    return principal if isinstance(principal, KeyHolder) else None


def needed_scope(view: object, method: str) -> Scope | None:
    """The scope that a view declares for a method; reading the head is reading."""
    declared: Mapping[str, Scope] = getattr(view, "scopes", {})
    return declared.get("GET" if method == "HEAD" else method)
