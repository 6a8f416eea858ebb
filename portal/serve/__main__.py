"""`python -m portal.serve`: everything from an empty directory to a site that answers, until Ctrl-C."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from portal import embedded
from portal.embedded import locks
from portal.serve import leftovers
from portal.serve.children import Child
from portal.serve.roles import application_environment
from portal.serve.supervisor import StopSignals, Supervisor
from portal.serve.terminal import say

DEFAULT_PORT = "8000"
HIGHEST_PORT = 65535
WORKER_GRACE_SECONDS = 5


class CannotServeError(Exception):
    """The portal cannot start; the message says why, in one sentence."""


def main() -> int:
    """Return the exit status: 0 when stopped by a signal, 1 with a sentence when the portal cannot run."""
    signals = StopSignals()
    signals.install()
    try:
        port = chosen_port()
        directory = embedded.var_directory() / "serve"
        with alone_in(directory, port):
            return serve(directory, port, signals)
    except KeyboardInterrupt:
        return 0
    except (CannotServeError, embedded.EmbeddedServerError) as problem:
        say(str(problem))
        return 1


def serve(directory: Path, port: int, signals: StopSignals) -> int:
    """Prepare everything, then supervise until the end."""
    record = directory / "processes.json"
    if ended := leftovers.end(record):
        say(f"Ended {ended} processes that a killed run had left.")
    require_free(port)
    os.environ["PORT"] = str(port)

    def remember(children: list[Child]) -> None:
        leftovers.remember(record, [child.pid for child in children])

    try:
        embedded.install_into_environment(broker=True)
        prepare(remember)
        return Supervisor(children(directory), port=port, signals=signals, remember=remember).run()
    finally:
        signals.only_note()
        embedded.leave()
        record.unlink(missing_ok=True)


def children(directory: Path) -> list[Child]:
    """Return web, beat and worker: no new work comes in while the worker finishes its own."""
    # The advice not to run as root is about pickled tasks; the portal accepts JSON only (CELERY_ACCEPT_CONTENT).
    quiet = ("-W", "ignore:You're running the worker with superuser privileges")
    celery = ("-m", "celery", "--quiet", "--app", "portal")
    schedule = str(directory / "beat-schedule")
    role = application_environment()
    gunicorn = ("-m", "gunicorn", "--config", "python:portal.gunicorn", "portal.wsgi:application")
    beat = (*celery, "beat", "--loglevel", "INFO", "--schedule", schedule, "--pidfile", "")
    return [
        Child("web", gunicorn, environment=role),
        Child("beat", beat, environment=role),
        # A night run may take minutes; ended in the middle it leaves whole days, and the next run does the rest.
        Child(
            "worker",
            (*quiet, *celery, "worker", "--loglevel", "INFO", "--concurrency", "2", "--without-mingle"),
            grace=WORKER_GRACE_SECONDS,
            environment=role,
        ),
    ]


def prepare(remember: Callable[[list[Child]], None]) -> None:
    """Wait for the preparation, in a process of its own; one that fails ends everything."""
    step = Child("prepare", ("-m", "portal.serve.preparation"))
    step.start()
    remember([step])
    try:
        status = step.wait()
    finally:
        step.stop()
    if status != 0:
        raise CannotServeError("Preparing the database and the files failed, so the portal does not start; see above.")


def chosen_port() -> int:
    """Return the port that PORT names."""
    text = os.environ.get("PORT") or DEFAULT_PORT
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        raise CannotServeError(f"PORT is {text!r}, but must be a number from 1 to {HIGHEST_PORT}.")
    return int(text)


def require_free(port: int) -> None:
    """Refuse a port that another program has, before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as refusal:
            message = f"Port {port} cannot be used ({refusal.strerror}): stop the program that has it, or set PORT."
            raise CannotServeError(message) from refusal


@contextmanager
def alone_in(directory: Path, port: int) -> Iterator[None]:
    """Refuse a second portal on the same data."""
    lock = directory / "running.lock"
    descriptor = locks.open_lock(lock)
    try:
        if not locks.try_exclusive(descriptor):
            message = f"The portal already runs on {directory.parent}: {lock.read_text().strip()}. Nothing was started."
            raise CannotServeError(message)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"process {os.getpid()}, http://127.0.0.1:{port}\n".encode())
        yield
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    sys.exit(main())
