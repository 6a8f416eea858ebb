"""Address ranges from which an API key may be used, as CIDR: `192.0.2.0/24`, `2001:db8::/32`, or a single address."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.utils.translation import gettext as _

from portal.shared.refusals import DomainError

MAX_RANGES = 20
LONGEST_RANGE = 43
"""`ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128`."""

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
_MAPPED_BITS = 96
_SUBSCRIBER_BITS = 64


class RangeInvalid(DomainError):
    """This is no address range that a key can be bound to."""

    code = "address_range_invalid"
    status = 400


def normal_range(text: str) -> str:
    """An address range in its one written form; an IPv4-mapped range is the IPv4 range it stands for.

    Raises RangeInvalid for what is no range, has bits set beyond its prefix length, or covers every address.
    """
    written = text.strip()
    try:
        # A zone ("%eth0") names a network card of one machine, not an address.
        network = ip_network(written, strict=False) if "%" not in written else None
    except ValueError:
        network = None
    if network is None:
        raise RangeInvalid(
            _("“%(text)s” is not an address range; write 192.0.2.0/24, 2001:db8::/32 or a single address.")
            % {"text": written[:60]},
            field="addresses",
        )
    if network.prefixlen == 0:
        raise RangeInvalid(
            _("“%(text)s” covers every address; leave the field empty to allow any.") % {"text": written},
            field="addresses",
        )
    if ip_address(written.partition("/")[0]) != network.network_address:
        raise RangeInvalid(
            _("“%(text)s” has bits set beyond its prefix length; the range would be %(network)s.")
            % {"text": written, "network": network},
            field="addresses",
        )
    return str(_unmapped(network))


def normal_ranges(texts: Iterable[str]) -> list[str]:
    """Ranges in their one written form, each once. Raises RangeInvalid for a wrong one, or for too many."""
    ranges = list(dict.fromkeys(normal_range(text) for text in texts))
    if len(ranges) > MAX_RANGES:
        raise RangeInvalid(
            _("At most %(max)s address ranges; these are %(count)s.") % {"max": MAX_RANGES, "count": len(ranges)},
            field="addresses",
        )
    return ranges


def normal_address(text: str) -> str | None:
    """A single address in its one written form, IPv4-mapped ones as IPv4; None for what is no address."""
    address = _address(text)
    return None if address is None else str(address)


def neighbourhood(text: str) -> str:
    """What one caller can change at will: an IPv4 address, the /64 of an IPv6 address, or `unknown`."""
    address = _address(text)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, _SUBSCRIBER_BITS), strict=False))
    return "unknown" if address is None else str(address)


def covers(ranges: Sequence[str], text: str) -> bool:
    """Whether an address lies in one of the ranges; without ranges, any does."""
    if not ranges:
        return True
    address = _address(text)
    return address is not None and any(address in ip_network(each) for each in ranges)


def shown_range(text: str) -> str:
    """A range as people write it: a single address without its prefix length."""
    network = ip_network(text)
    return str(network.network_address) if network.num_addresses == 1 else text


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _unmapped(network: Network) -> Network:
    if not isinstance(network, IPv6Network) or network.prefixlen < _MAPPED_BITS:
        return network
    mapped = network.network_address.ipv4_mapped
    return network if mapped is None else IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))
