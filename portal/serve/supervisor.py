"""Keeps web, worker and beat running until a signal, and ends them in order."""

import http.client
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from portal import embedded
from portal.serve.children import Child
from portal.serve.terminal import say

LOOK_EVERY_SECONDS = 0.2
QUICK_DEATH_SECONDS = 15
QUICK_DEATHS_ADMITTED = 5
FIRST_PAUSE_SECONDS = 0.5
SLOW_START_SECONDS = 60
ANSWER_SECONDS = 2
SERVERS_EVERY_SECONDS = 5


class StopSignals:
    """Ctrl-C, `kill` and a closed terminal: one interrupts the preparation, then all are only noted."""

    def __init__(self) -> None:
        self.received = False
        self._interrupts = True

    def install(self) -> None:
        """Take the three signals over, but leave `nohup` its effect."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._note)

    def only_note(self) -> None:
        """From now on a signal sets `received` and interrupts nothing: no process may be started and then forgotten."""
        self._interrupts = False

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.received = True
        if self._interrupts:
            self._interrupts = False
            raise KeyboardInterrupt


@dataclass
class Watch:
    """A child, and how it has been doing."""

    child: Child
    quick_deaths: int = 0
    restart_at: float | None = field(default=None)


class Supervisor:
    """Runs children (in the order in which they are to be stopped) for the site at a port."""

    def __init__(
        self, children: list[Child], *, port: int, signals: StopSignals, remember: Callable[[list[Child]], None]
    ) -> None:
        self._watches = [Watch(child) for child in children]
        self._port = port
        self._signals = signals
        self._remember = remember

    def run(self) -> int:
        """Return the exit status: 0 after a signal, 1 when a child cannot be kept running."""
        self._signals.only_note()
        try:
            for watch in self._watches:
                self._start(watch)
            return self._keep_running()
        finally:
            for watch in self._watches:
                watch.child.stop()

    def _keep_running(self) -> int:
        announce_until = time.monotonic() + SLOW_START_SECONDS
        announced = False
        look_at_servers = time.monotonic() + SERVERS_EVERY_SECONDS
        while not self._signals.received:
            if not announced and answers(self._port):
                say(f"Portal ready: http://127.0.0.1:{self._port} (Ctrl-C stops it)")
                announced = True
            elif not announced and time.monotonic() > announce_until:
                say(f"The portal does not answer after {SLOW_START_SECONDS} s; the lines above may say why.")
                announce_until = time.monotonic() + SLOW_START_SECONDS
            if not all(self._revive(watch) for watch in self._watches):
                return 1
            if time.monotonic() > look_at_servers:
                embedded.revive()
                look_at_servers = time.monotonic() + SERVERS_EVERY_SECONDS
            time.sleep(LOOK_EVERY_SECONDS)
        say("Stopping …")
        return 0

    def _revive(self, watch: Watch) -> bool:
        """Start a dead child again after a growing pause; False when it has died too often too quickly."""
        now = time.monotonic()
        if watch.restart_at is not None:
            if now >= watch.restart_at:
                self._start(watch)
            return True
        status = watch.child.status()
        if status is None:
            return True
        quick = now - watch.child.started_at < QUICK_DEATH_SECONDS
        watch.quick_deaths = watch.quick_deaths + 1 if quick else 0
        watch.child.stop()
        if watch.quick_deaths >= QUICK_DEATHS_ADMITTED:
            say(f"{watch.child.name} ended {watch.quick_deaths} times in a row at once ({_ending(status)}): giving up.")
            return False
        pause = FIRST_PAUSE_SECONDS * 2**watch.quick_deaths
        say(f"{watch.child.name} ended ({_ending(status)}); it is started again in {pause:g} s.")
        watch.restart_at = now + pause
        return True

    def _start(self, watch: Watch) -> None:
        watch.restart_at = None
        watch.child.start()
        self._remember([each.child for each in self._watches])


def answers(port: int) -> bool:
    """Whether the site answers at all; a refused host name (`ALLOWED_HOSTS`) is an answer too."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/healthz/live")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _ending(status: int) -> str:
    return f"exit status {status}" if status >= 0 else f"signal {-status}"
