"""Codes as an authenticator app computes them (RFC 6238), without the product's code."""

import base64
import hashlib
import hmac
import struct
import time


def totp(secret, at=None):
    """Six digits for a secret in base32, at an instant (default: now)."""
    counter = int(time.time() if at is None else at) // 30
    digest = hmac.new(base64.b32decode(secret.replace(" ", "")), struct.pack(">Q", counter), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
