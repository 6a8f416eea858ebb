"""A process of the portal, from its start to its end."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from portal.embedded.places import PROJECT
from portal.serve.terminal import relay

GRACE_SECONDS = 20


class Child:
    """A Python program in a session of its own: the terminal's Ctrl-C reaches only its supervisor."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        grace: float = GRACE_SECONDS,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self._grace = grace
        self._environment = {"PYTHONUNBUFFERED": "1", **(environment or {})}
        self._command = (sys.executable, *arguments)
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self.started_at = 0.0

    @property
    def pid(self) -> int | None:
        """Its process number, and that of its session; None unless it was started and not stopped."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start it, and print what it says."""
        self._process = subprocess.Popen(  # noqa: S603  (programs of this environment, with arguments of this package)
            self._command,
            cwd=PROJECT,
            env=os.environ | self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.started_at = time.monotonic()
        self._reader = threading.Thread(target=relay, args=(self.name, self._process.stdout), daemon=True)
        self._reader.start()

    def status(self) -> int | None:
        """Return its exit status (negative: the signal that killed it), or None while it runs."""
        return None if self._process is None else self._process.poll()

    def wait(self) -> int | None:
        """Wait for its end and return its exit status."""
        return None if self._process is None else self._process.wait()

    def stop(self) -> None:
        """Ask it to finish, wait, then end whatever is left of its session."""
        if self._process is None:
            return
        process, self._process = self._process, None
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(self._grace)
            except subprocess.TimeoutExpired:
                process.kill()
        # Its own children are in its session; normally none is left.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if self._reader is not None:
            self._reader.join(GRACE_SECONDS)
