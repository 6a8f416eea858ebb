"""Kernel file locks: they vanish with the process that holds them, however it ended."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.embedded.errors import EmbeddedServerError


def open_lock(path: Path) -> int:
    """Return a descriptor to lock on, which programs started by this process do not inherit.

    A web or job process that outlived its supervisor would otherwise keep the servers alive for ever.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError as refusal:
        message = (
            f"{path} cannot be opened by this user, it was probably made by another one: "
            "run as that user, or let PORTAL_VAR name another directory."
        )
        raise EmbeddedServerError(message) from refusal


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait for the lock, and hold it for the block."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def share(descriptor: int) -> None:
    """Hold the lock together with any number of other processes."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


def try_exclusive(descriptor: int) -> bool:
    """Take the lock alone if nobody else holds it; a share that this descriptor held is given up."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
