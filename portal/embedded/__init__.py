"""PostgreSQL and Valkey from wheels, for machines that have neither: started when needed, stopped by their last user.

Processes that a user process starts (web, worker, beat) find the addresses in their environment and take no share:
they must not keep the servers alive when the process that supervises them is gone.
"""

import atexit
import os
import sys

from portal.embedded.broker import Valkey
from portal.embedded.errors import EmbeddedServerError
from portal.embedded.places import var_directory
from portal.embedded.postgres import Postgres
from portal.embedded.sharing import Server, Share
from portal.embedded.throwaway import throwaway_directory, throwaway_servers

__all__ = [
    "EmbeddedServerError",
    "ensure_broker",
    "ensure_postgres",
    "install_into_environment",
    "leave",
    "revive",
    "throwaway_directory",
    "throwaway_servers",
    "var_directory",
]

APPLICATION_ROLE = "portal_app"
"""As whom web, worker and beat use the embedded PostgreSQL (`manage.py protect_trail` makes the role)."""

_shares: list[Share] = []


def install_into_environment(*, broker: bool) -> None:
    """Set DATABASE_URL (with DATABASE_APP_ROLE) and, for a `broker`, REDIS_URL to embedded servers where not set.

    In production nothing is set: there the settings demand real addresses. Ends the process with one sentence when a
    server cannot run.
    """
    if os.environ.get("PORTAL_ENV") == "production":
        return
    try:
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = ensure_postgres()
            os.environ.setdefault("DATABASE_APP_ROLE", APPLICATION_ROLE)
        if broker and not os.environ.get("REDIS_URL"):
            os.environ["REDIS_URL"] = ensure_broker()
    except EmbeddedServerError as problem:
        sys.exit(str(problem))


def ensure_postgres() -> str:
    """Return the DATABASE_URL of the embedded PostgreSQL, which runs at least as long as this process."""
    return _join(Postgres(var_directory() / "postgres"))


def ensure_broker() -> str:
    """Return the REDIS_URL (`unix://…`) of the embedded Valkey, which runs at least as long as this process.

    redis-py takes it as it is; Celery wants `redis+socket://` in place of `unix://`.
    """
    return _join(Valkey(var_directory() / "broker"))


def leave() -> None:
    """Give this process's shares back, now rather than at its end; the last user's leaving stops a server."""
    while _shares:
        _shares.pop().leave()


def revive() -> None:
    """Start again whichever of this process's servers has ended; those that run are left alone."""
    for share in _shares:
        share.revive()


def _join(server: Server) -> str:
    share = Share(server)
    address = share.join()
    if not _shares:
        atexit.register(leave)
    _shares.append(share)
    return address
