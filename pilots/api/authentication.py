"""Sign in with an API key of an institution or an operator."""

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import status
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.request import Request

from pilots.models import InstitutionKey
from pilots.policies.standing import KeyHolder
from portal.accounts import tries
from portal.accounts.keys import digest_of, split_key
from portal.accounts.models import ApiKey
from portal.accounts.ranges import covers
from portal.shared.addresses import client_address

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema

SCHEME = "Bearer"


class AddressNotAllowed(APIException):
    """The key is right, but bound to other addresses."""

    status_code = status.HTTP_403_FORBIDDEN
    default_detail = _("This API key may not be used from the address %(address)s.")
    default_code = "address_not_allowed"

    def __init__(self, address: str) -> None:
        super().__init__(self.default_detail % {"address": address or "—"})


class TooManyWrongKeys(APIException):
    """An address that sends wrong keys is not listened to for a while."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_detail = _("Too many wrong API keys came from this address. Try again in a minute.")
    default_code = "too_many_wrong_keys"
    wait = tries.WINDOW_SECONDS


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`. One query.

    That a key is revoked, expired or bound to other addresses is told only to whoever proved its secret; a wrong
    secret and an unknown prefix get the same answer.
    """

    def authenticate(self, request: Request) -> tuple[KeyHolder, InstitutionKey] | None:
        """The holder of the key; None where the request carries none."""
        scheme, _space, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        address = client_address(request)
        parts = split_key(text.strip())
        if tries.exhausted(address) and not (parts and tries.proven(address, parts[0])):
            raise TooManyWrongKeys
        if parts is None:
            tries.note_wrong(address)
            raise AuthenticationFailed(_("This is not an API key."), code="wrong_key")
        grant = self._proven(*parts)
        if grant is None:
            tries.note_wrong(address)
            raise AuthenticationFailed(_("This API key is not known."), code="wrong_key")
        self._require_usable(grant.key, address)
        tries.note_right(address, parts[0])
        return KeyHolder(grant), grant

    def authenticate_header(self, request: Request) -> str:
        """What an answer of 401 asks for."""
        return f'{SCHEME} realm="api"'

    @staticmethod
    def _proven(prefix: str, secret: str) -> InstitutionKey | None:
        grant = InstitutionKey.objects.select_related("key").filter(key__prefix=prefix).first()
        kept = grant.key.digest if grant else digest_of("")
        return grant if constant_time_compare(kept, digest_of(secret)) else None

    @staticmethod
    def _require_usable(key: ApiKey, address: str) -> None:
        if key.revoked_at is not None:
            raise AuthenticationFailed(_("This API key was revoked."), code="revoked_key")
        if key.expires_at <= timezone.now():
            raise AuthenticationFailed(
                _("This API key expired on %(day)s.") % {"day": timezone.localdate(key.expires_at)}, code="expired_key"
            )
        if not covers(key.addresses, address):
            raise AddressNotAllowed(address)


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # drf-spectacular has no types
    """How the OpenAPI document describes the key."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A bearer key."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "tuoyu_<prefix>_<secret>"}

    def get_security_requirement(self, auto_schema: "AutoSchema") -> dict[str, list[str]]:
        """The scope that the operation needs (OpenAPI 3.1 admits roles for bearer keys)."""
        scope = getattr(auto_schema.view, "scopes", {}).get(auto_schema.method)
        return {self.name: [scope.value] if scope else []}
