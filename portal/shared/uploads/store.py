"""Where files lie: under `FILES_DIR`, by their digest and a random part, readable by the portal's account alone.

A key is `<SHA-256>-<random>`: the digest makes a changed file show itself, the random part makes each upload a file of
its own, and nothing of the sender's is in it. Nothing is overwritten and nothing is removed here.
"""

import hashlib
import logging
import os
import re
import secrets
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from portal.shared.uploads.refusals import FileDamaged

log = logging.getLogger(__name__)

_KEY = re.compile(r"(?P<digest>[0-9a-f]{64})-[0-9a-f]{16}")

__all__ = ["FileDamaged", "Stored", "orphans", "read", "store"]


@dataclass(frozen=True)
class Stored:
    """A stored file: its key, its SHA-256, its size in bytes."""

    key: str
    sha256: str
    size: int


def digest(data: bytes) -> str:
    """The SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def store(data: bytes) -> Stored:
    """Write a file as a whole or not at all; it is on the disk when this returns."""
    sha256 = digest(data)
    key = f"{sha256}-{secrets.token_hex(8)}"
    path = _path(key)
    for directory in (settings.FILES_DIR, path.parent):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".incoming-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).rename(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Stored(key, sha256, len(data))


def read(key: str) -> bytes:
    """A stored file's content. Raises FileDamaged where it is missing or not what was stored."""
    path = _path(key)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        log.exception("The stored file %s is missing.", key)
        raise FileDamaged(_("The file is not there any more; the administrators can restore it.")) from error
    if digest(data) != key.split("-", 1)[0]:
        log.error("The stored file %s is not what was stored.", key)
        raise FileDamaged(_("The file is not what was stored; the administrators can restore it."))
    return data


def orphans(known: Collection[str], *, before: float) -> Iterator[Path]:
    """Files without a row, last written before an instant (seconds since 1970): left by an upload that failed."""
    root: Path = settings.FILES_DIR
    for path in sorted(root.glob("*/*")) if root.is_dir() else ():
        if path.is_file() and path.name not in known and path.stat().st_mtime < before:
            yield path


def _path(key: str) -> Path:
    if _KEY.fullmatch(key) is None:
        raise ValueError("no key of a stored file")
    root: Path = settings.FILES_DIR
    return root / key[:2] / key
