"""Calls by software: each needs one scope, is written down as a use of the key, and tells when the key expires."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pilots.api.permissions import key_holder
from pilots.api.schema import EXPIRES_HEADER
from pilots.policies.standing import KeyHolder
from pilots.states.capacity import Remark
from portal.accounts.keys import EXPIRES_SOON, note_use
from portal.accounts.scopes import Scope
from portal.shared.addresses import client_address

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class SoftwareView(APIView):
    """A call for software. `scopes` names the scope that each method needs (pilots/api/permissions.py)."""

    scopes: ClassVar[Mapping[str, Scope]] = {}

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """The view for the URL map; a method without a scope stops the start."""
        missing = [method for method in METHODS if hasattr(cls, method.lower()) and method not in cls.scopes]
        if missing:
            raise ImproperlyConfigured(f"{cls.__name__} declares no scope for {', '.join(missing)}.")
        return super().as_view(**initkwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in, then note the use: a call that was turned away is none."""
        super().initial(request, *args, **kwargs)
        if (holder := key_holder(request)) is not None:
            note_use(key=holder.grant.key, address=client_address(request), at=timezone.now())

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Say when the key expires, to whoever proved to hold it."""
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        # Not request.user: that would sign in once more where signing in has just failed.
        principal: object = getattr(request, "_user", None)
        if isinstance(principal, KeyHolder):
            answer[EXPIRES_HEADER] = http_date(principal.grant.key.expires_at.timestamp())
        return answer


def key_remarks(request: Request) -> list[Remark]:
    """A remark for the answer's `warnings` where the key expires within a month and should be rotated."""
    holder = key_holder(request)
    if holder is None or holder.grant.key.expires_at - timezone.now() > EXPIRES_SOON:
        return []
    day = timezone.localdate(holder.grant.key.expires_at)
    return [Remark("key_expires_soon", "", _("This API key expires on %(day)s; rotate it before then.") % {"day": day})]
