"""What the OpenAPI document says of each call beyond its shapes: the scope, and when the key expires."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from pilots.api.permissions import needed_scope

EXPIRES_HEADER = "X-API-Key-Expires"


class ScopedSchema(AutoSchema):
    """Operations that say which scope they need, and when the key expires."""

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular's own signature
        """The view's own words, and the scope."""
        said: str = super().get_description()
        scope = needed_scope(self.view, self.method)
        return f"{said}\n\nA key needs the scope `{scope.value}`." if scope else said

    def get_override_parameters(self) -> list[Any]:
        """The header of answers to a key."""
        if needed_scope(self.view, self.method) is None:
            return []
        said = "When the API key expires, as an HTTP date; only in answers to a key."
        return [OpenApiParameter(EXPIRES_HEADER, str, OpenApiParameter.HEADER, response=[200, 201], description=said)]
