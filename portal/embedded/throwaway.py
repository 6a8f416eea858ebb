"""PostgreSQL and Valkey for one test run, in a temporary directory that goes with it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from portal.embedded import locks, places
from portal.embedded.broker import Valkey
from portal.embedded.postgres import Postgres

PREFIX = "portal-test-"
OWNER_LOCK = "owner.lock"
# Data of a test run need not survive anything.
PARAMETERS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@contextmanager
def throwaway_servers() -> Iterator[None]:
    """Set DATABASE_URL and REDIS_URL to new servers for the block; they can run beside a running portal."""
    with throwaway_directory() as directory:
        addresses = {
            "DATABASE_URL": Postgres(directory / "postgres", parameters=PARAMETERS, durable=False).start(),
            "REDIS_URL": Valkey(directory / "broker").start(),
        }
        before = {name: os.environ.get(name) for name in addresses}
        os.environ.update(addresses)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name)
                if value is not None:
                    os.environ[name] = value


@contextmanager
def throwaway_directory() -> Iterator[Path]:
    """Give a directory fit for PORTAL_VAR; servers in it are ended afterwards, at the latest by the next test run."""
    clear_abandoned()
    directory, owner = _claim()
    try:
        yield directory
    finally:
        _clear(directory)
        os.close(owner)


def clear_abandoned() -> None:
    """End the servers, and remove the directories, of test runs that were killed."""
    for directory in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            owner = os.open(directory / OWNER_LOCK, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            continue  # Another user's, or removed by another run at this moment.
        try:
            if directory.stat().st_uid == os.geteuid() and locks.try_exclusive(owner):
                _clear(directory)
        finally:
            os.close(owner)


def _claim() -> tuple[Path, int]:
    """Make the directory, and give it the name that others look for only when it is locked."""
    unclaimed = Path(tempfile.mkdtemp(prefix="portal-unclaimed-")).resolve()
    owner = locks.open_lock(unclaimed / OWNER_LOCK)
    locks.try_exclusive(owner)
    directory = unclaimed.with_name(unclaimed.name.replace("portal-unclaimed-", PREFIX))
    unclaimed.rename(directory)
    # Directories of the test run itself are of no interest to others; root's PostgreSQL has to pass through.
    directory.chmod(0o711)
    return directory, owner


def _clear(directory: Path) -> None:
    with suppress(FileNotFoundError):  # Cleared by another run in the meantime.
        Postgres(directory / "postgres").stop("immediate")
        Valkey(directory / "broker").stop()
    places.remove_home(directory)
