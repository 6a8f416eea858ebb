"""Wrong keys, counted by address in this process's memory: no query on any path.

After WRONG_KEYS_A_MINUTE wrong keys an address is not listened to for the rest of the minute; its requests cost no
query. A key that was right from that address within the last hour is still let in, so that nobody behind an
institution's own address can shut its software out. Each web process counts for itself; keys have 256 random bits, so
the exact number does not matter: it bounds noise and load. IPv6 addresses are counted by their /64.
"""

from django.conf import settings
from django.core.cache import BaseCache, caches

from portal.accounts.ranges import neighbourhood

CACHE = "process"
WINDOW_SECONDS = 60
PROVEN_SECONDS = 3600


def _memory() -> BaseCache:
    return caches[CACHE]


def exhausted(address: str) -> bool:
    """Whether too many wrong keys came from this address within the minute."""
    limit: int = settings.WRONG_KEYS_A_MINUTE
    wrong: int = _memory().get(_wrong(address), 0)
    return wrong >= limit


def proven(address: str, prefix: str) -> bool:
    """Whether the key of this prefix was right from this address within the hour."""
    return _memory().get(_right(address, prefix)) is not None


def note_wrong(address: str) -> None:
    """Count a wrong key."""
    key = _wrong(address)
    if not _memory().add(key, 1, WINDOW_SECONDS):
        _add_one(key)


def note_right(address: str, prefix: str) -> None:
    """Remember that this key was right from this address."""
    _memory().set(_right(address, prefix), 1, PROVEN_SECONDS)


def _wrong(address: str) -> str:
    return f"wrong-keys:{neighbourhood(address)}"


def _right(address: str, prefix: str) -> str:
    return f"right-key:{neighbourhood(address)}:{prefix}"


def _add_one(key: str) -> None:
    try:
        _memory().incr(key)
    except ValueError:  # the minute ended between the two steps
        _memory().add(key, 1, WINDOW_SECONDS)
