"""One server for several processes: the first to come starts it, the last to leave stops it."""

import os
from pathlib import Path
from typing import Protocol

from portal.embedded import locks
from portal.embedded.errors import EmbeddedServerError


class Server(Protocol):
    """What can be shared."""

    @property
    def home(self) -> Path:
        """Its directory, in which the locks are kept."""

    def start(self) -> str:
        """Return its address; start it unless it runs."""

    def stop(self) -> None:
        """End it if it runs."""


class Share:
    """This process's share in a server.

    Each process holds a shared lock on `users.lock` as long as it uses the server; a killed one loses it by itself.
    Coming and leaving happen one process at a time, under `start.lock`.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._owner = os.getpid()
        self._users: int | None = None

    def join(self) -> str:
        """Return the address of the server, which runs at least until `leave`."""
        with locks.exclusive(self._server.home / "start.lock"):
            self._users = locks.open_lock(self._server.home / "users.lock")
            locks.share(self._users)
            try:
                return self._server.start()
            except EmbeddedServerError:
                # One that was too slow goes on recovering, so that the next attempt finds it ready.
                self._release()
                raise
            except BaseException:
                self._depart()
                raise

    def revive(self) -> None:
        """Start the server again if it has ended while it is in use."""
        with locks.exclusive(self._server.home / "start.lock"):
            self._server.start()

    def leave(self) -> None:
        """Give the share back; a forked child, which did not take it, cannot."""
        if self._users is None or os.getpid() != self._owner:
            return
        with locks.exclusive(self._server.home / "start.lock"):
            self._depart()

    def _depart(self) -> None:
        try:
            if self._users is not None and locks.try_exclusive(self._users):
                self._server.stop()
        finally:
            self._release()

    def _release(self) -> None:
        descriptor, self._users = self._users, None
        if descriptor is not None:
            os.close(descriptor)
