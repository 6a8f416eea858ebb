"""The address a request comes from: one answer for sign-in limits, session lists, key ranges and the trail."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104  # the unspecified address, not a binding
IPV6_NETWORK = 64
"""A subscriber of IPv6 holds at least this prefix and can speak from any address in it."""


def client_address(request: HttpRequest) -> str:
    """The caller's address, or 0.0.0.0 where none is known (a UNIX socket).

    Behind `TRUSTED_PROXIES` = n proxies it is the n-th entry from the right of X-Forwarded-For: what stands left of it
    was written by the caller and proves nothing. With n = 0 the header is not read.
    """
    trusted = settings.TRUSTED_PROXIES
    if trusted > 0:
        entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(entries) >= trusted and (found := _parse(entries[-trusted])):
            return str(found)
    return str(_parse(request.META.get("REMOTE_ADDR", "")) or UNKNOWN)


def client_network(request: HttpRequest) -> str:
    """The address by which limits are counted: of IPv6 the first address of the caller's /64."""
    address = ipaddress.ip_address(client_address(request))
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((address, IPV6_NETWORK), strict=False).network_address)
    return str(address)


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address as proxies write it: with or without port, IPv6 in brackets, IPv4 in IPv6 taken as IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
