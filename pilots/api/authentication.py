"""Sign in with an institution's API key."""

import hmac

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from pilots.models import InstitutionKey
from pilots.policies.standing import KeyHolder
from portal.accounts.keys import digest_of, split_key

SCHEME = "Bearer"


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`. One query; a wrong and a revoked key are told apart for whoever holds the key."""

    def authenticate(self, request: Request) -> tuple[KeyHolder, InstitutionKey] | None:
        """The holder of the key; None where the request carries none."""
        scheme, _space, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        parts = split_key(text.strip())
        if parts is None:
            raise AuthenticationFailed(_("This is not an API key."), code="wrong_key")
        prefix, secret = parts
        grant = InstitutionKey.objects.select_related("key").filter(key__prefix=prefix).first()
        if grant is None or not hmac.compare_digest(grant.key.digest, digest_of(secret)):
            raise AuthenticationFailed(_("This API key is not known."), code="wrong_key")
        if grant.key.revoked_at is not None:
            raise AuthenticationFailed(_("This API key was revoked."), code="revoked_key")
        return KeyHolder(grant), grant

    def authenticate_header(self, request: Request) -> str:
        """What an answer of 401 asks for."""
        return f'{SCHEME} realm="api"'


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # drf-spectacular has no types
    """How the OpenAPI document describes the key."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A bearer key."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "tuoyu_<prefix>_<secret>"}
