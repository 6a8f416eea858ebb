"""Who runs PostgreSQL: it refuses to run as root, so root lends it a system user."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.embedded.errors import EmbeddedServerError

SYSTEM_USER = "portal-postgres"
ENTER = stat.S_IXOTH
READ = stat.S_IROTH


@dataclass(frozen=True)
class Account:
    """The user and group of a server's processes."""

    user: int
    group: int


def account_for(directory: Path) -> Account | None:
    """Return the account that runs a server in `directory`, or None for the present user.

    Root keeps to the owner of an existing directory, so that `sudo` does not lock an ordinary user out.
    """
    if os.geteuid() != 0:
        return None
    if directory.exists():
        owner = directory.stat().st_uid
        if owner != 0 and _entry(owner) is not None:
            return _account(owner)
    return _system_account()


def hand_over(directory: Path, account: Account | None) -> None:
    """Make `directory` (created when missing) private to `account`, and reachable for it."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account is None:
        return
    if directory.stat().st_uid != account.user:
        for path in (directory, *directory.rglob("*")):
            os.chown(path, account.user, account.group, follow_symlinks=False)
    open_way_to(directory, account)


def open_way_to(path: Path, account: Account) -> None:
    """Let `account` pass through (not list) the directories above `path`, and say so where that changes one."""
    for parent in path.resolve().parents:
        status = parent.stat()
        if status.st_uid != account.user and not status.st_mode & ENTER:
            sys.stderr.write(f"{parent}: other users may now pass through, as PostgreSQL cannot run as root.\n")
            parent.chmod(status.st_mode | ENTER)


def let_everyone_run(directory: Path) -> None:
    """Undo a strict umask at installation on a directory of programs and libraries."""
    for path in (directory, *directory.rglob("*")):
        mode = path.stat().st_mode
        wanted = mode | READ | (ENTER if path.is_dir() or mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(wanted)


def run_detached(command: Sequence[str | Path], *, account: Account | None, directory: Path, output: Path) -> int:
    """Run a server's program as `account`, appending to the file `output`, and return its exit status.

    The terminal's Ctrl-C does not reach it, and one that reaches this process takes effect when the program is done:
    a server must not be started and then forgotten.
    """
    # PostgreSQL's programs take defaults from PG* variables, which belong to the user's own servers.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    try:
        if account is not None:
            os.fchown(descriptor, account.user, account.group)
        process = subprocess.Popen(  # noqa: S603  (programs of the two wheels, with arguments of this package)
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            user=None if account is None else account.user,
            group=None if account is None else account.group,
            extra_groups=None if account is None else [],
        )
    finally:
        os.close(descriptor)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.wait()
        raise


def _system_account() -> Account:
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        entry = _create_system_user()
    return Account(entry.pw_uid, entry.pw_gid)


def _create_system_user() -> pwd.struct_passwd:
    program = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        message = "PostgreSQL cannot run as root, and there is no `useradd` here: run the portal as an ordinary user."
        raise EmbeddedServerError(message)
    command = [program, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  (constants, see above)
    try:
        return pwd.getpwnam(SYSTEM_USER)  # Another process may have created it at the same moment.
    except KeyError as missing:
        message = f"PostgreSQL cannot run as root, and creating the user {SYSTEM_USER} failed: {done.stderr.strip()}"
        raise EmbeddedServerError(message) from missing


def _account(user: int) -> Account:
    entry = pwd.getpwuid(user)
    return Account(entry.pw_uid, entry.pw_gid)


def _entry(user: int) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(user)
    except KeyError:
        return None
