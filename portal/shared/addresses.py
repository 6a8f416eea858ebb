"""The address a request came from."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The caller's address: that of the connection, or the one that the outermost trusted proxy saw.

    With TRUSTED_PROXIES = n the n-th entry from the right of `X-Forwarded-For` is the one our own proxies wrote; what
    stands left of it was written by the caller and proves nothing. A shorter header did not pass our proxies.
    """
    proxies: int = settings.TRUSTED_PROXIES
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if 0 < proxies <= len(seen):
        return str(seen[-proxies])
    return str(request.META.get("REMOTE_ADDR", ""))
