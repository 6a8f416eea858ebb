"""Make, find and revoke API keys."""

import hashlib
import secrets
from datetime import datetime

from portal.accounts.models import ApiKey

SCHEME = "tuoyu"
PREFIX_LENGTH = 12
LONGEST_SECRET = 100


def create_key(*, label: str) -> tuple[ApiKey, str]:
    """Store a new key; answer it with its text, which cannot be shown again."""
    prefix, secret = secrets.token_hex(PREFIX_LENGTH // 2), secrets.token_urlsafe(32)
    key = ApiKey.objects.create(prefix=prefix, digest=digest_of(secret), label=label)
    return key, f"{SCHEME}_{prefix}_{secret}"


def revoke_key(*, key_id: int, at: datetime) -> ApiKey:
    """Make a key useless from now on. A second call keeps the first instant."""
    ApiKey.objects.filter(pk=key_id, revoked_at__isnull=True).update(revoked_at=at)
    return ApiKey.objects.get(pk=key_id)


def digest_of(secret: str) -> str:
    """SHA-256 of the secret part, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def split_key(text: str) -> tuple[str, str] | None:
    """Prefix and secret of a key's text, or None where it does not read like a key."""
    scheme, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    if scheme != SCHEME or len(prefix) != PREFIX_LENGTH or not 0 < len(secret) <= LONGEST_SECRET:
        return None
    return prefix, secret
