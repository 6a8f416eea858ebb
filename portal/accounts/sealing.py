"""Texts that leave the server's hands or rest in its tables, readable for the portal only.

Keys are derived from SECRET_KEY; SECRET_KEY_FALLBACKS still open what older keys sealed.
"""

import base64
import hashlib
import zlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def seal(text: str, *, purpose: str) -> str:
    """Compress, encrypt and sign; the answer is ASCII."""
    return _box(purpose).encrypt(zlib.compress(text.encode())).decode()


def unseal(sealed: str, *, purpose: str, max_age: int | None = None) -> str | None:
    """The text, or None where it was not sealed here for this purpose, or longer than `max_age` seconds ago."""
    if not sealed.isascii():
        return None
    box = _box(purpose)
    try:
        return zlib.decompress(box.decrypt(sealed.encode(), ttl=max_age)).decode()
    except InvalidToken:
        return None


def _box(purpose: str) -> MultiFernet:
    return MultiFernet([_fernet(key, purpose) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _fernet(key: str, purpose: str) -> Fernet:
    digest = hashlib.sha256(f"portal.accounts.sealing:{purpose}:{key}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
