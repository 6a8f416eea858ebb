"""Request bodies: JSON of bounded size and depth, without ambiguities."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

from portal.shared.limits import discard


class BodyTooLarge(APIException):
    """The body is larger than any report can be."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The request body is too large.")
    default_code = "body_too_large"


class LengthRequired(APIException):
    """A body sent in chunks does not say how long it is."""

    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_detail = _("Send the length of the request body (Content-Length).")
    default_code = "length_required"


class BoundedJSONParser(JSONParser):
    """Reads at most API_MAX_BODY_BYTES; refuses what is no JSON, not UTF-8, nested without end, or says a key twice."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The parsed body."""
        request = (parser_context or {}).get("request")
        if request is not None and "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
            raise LengthRequired
        limit: int = settings.API_MAX_BODY_BYTES
        body = stream.read(limit + 1)
        if len(body) > limit:
            discard(stream)
            raise BodyTooLarge
        try:
            text = body.decode("utf-8")
            parsed = json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
            json.dumps(parsed, ensure_ascii=False).encode("utf-8")  # an escaped lone surrogate is no text
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The request body is not valid JSON.")) from error
        return parsed


def _refuse(name: str) -> float:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which every key stands once; of two, nobody could say which was meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found
