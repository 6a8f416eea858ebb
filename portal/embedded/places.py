"""Where the embedded servers live: the wheels' programs, `var/`, and directories for their sockets."""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from portal.embedded.errors import EmbeddedServerError

PROJECT = Path(__file__).resolve().parent.parent.parent
# Longest path of a Unix socket on macOS; Linux admits four bytes more.
LONGEST_SOCKET_PATH = 103
LOG_LINES_SHOWN = 15


def var_directory() -> Path:
    """Return the directory of everything that the portal keeps on this machine (`PORTAL_VAR`)."""
    return Path(os.environ.get("PORTAL_VAR") or PROJECT / "var").resolve()


def wheel_directory(*, module: str, wheel: str, variable: str) -> Path:
    """Return where a wheel is installed, without importing it: production images do not have it."""
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        message = (
            f"{variable} is not set, and the wheel {wheel} that would stand in is not installed: set {variable} "
            "to the address of a server, or install requirements-embedded.lock (`make setup` does)."
        )
        raise EmbeddedServerError(message)
    return Path(spec.submodule_search_locations[0])


def socket_directory(home: Path, file_name: str) -> Path:
    """Return a directory, private to this user, in which a socket of this name can be made.

    That is `home/socket`, unless its path is longer than a socket's may be, or has a character that separates hosts
    in a database address: then `home/socket` is a link to a private directory under the temporary one.
    """
    place = home / "socket"
    if place.is_symlink():
        target = place.readlink()
        if target.is_dir() and not target.is_symlink() and _is_private(target):
            return target
        place.unlink()
    if _admits_socket(place / file_name):
        place.mkdir(mode=0o700, exist_ok=True)
        return place
    shutil.rmtree(place, ignore_errors=True)
    target = Path(tempfile.mkdtemp(prefix="portal-"))
    if not _admits_socket(target / file_name):
        target.rmdir()
        message = f"{target} is too long a path for a socket: let TMPDIR or PORTAL_VAR name a shorter one."
        raise EmbeddedServerError(message)
    place.symlink_to(target)
    return target


def remove_home(home: Path) -> None:
    """Remove a stopped server's directory, and the one that its sockets were moved to."""
    for place in home.rglob("socket"):
        if place.is_symlink():
            shutil.rmtree(place.readlink(), ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


def last_lines(log: Path) -> str:
    """Return the end of a server's log, for a message."""
    if not log.exists():
        return f"({log} does not exist)"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join([f"The end of {log}:", *lines[-LOG_LINES_SHOWN:]])


def _admits_socket(path: Path) -> bool:
    return len(os.fsencode(path)) <= LONGEST_SOCKET_PATH and not set(',"') & set(str(path))


def _is_private(directory: Path) -> bool:
    """Whether nobody but its owner enters: after a restart a stranger may own the name of a vanished directory."""
    status = directory.stat()
    return status.st_mode & 0o077 == 0 and (os.geteuid() in (0, status.st_uid))
