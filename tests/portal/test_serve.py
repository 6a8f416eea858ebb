"""The supervisor behind `make run`: its parts with small programs, and the whole portal once."""

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg2
import pytest

from portal.embedded import throwaway_directory
from portal.embedded.places import PROJECT
from portal.embedded.postgres import Postgres
from portal.serve import __main__ as serve
from portal.serve import leftovers, preparation, supervisor, terminal
from portal.serve.children import Child
from portal.serve.roles import application_environment
from portal.serve.supervisor import StopSignals, Supervisor

SLEEPER = "import time; time.sleep(60)"
FAMILY = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEPER!r}])"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); {SLEEPER}"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def started(child: Child) -> int:
    """Start the child, and return its process number."""
    child.start()
    assert child.pid is not None
    return child.pid


def session(pid: int) -> list[psutil.Process]:
    """The living processes of the session that this process leads."""
    members = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == pid and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return members


def test_output_keeps_lines_whole_and_names_their_process(capfd: pytest.CaptureFixture[str]) -> None:
    speakers = [
        threading.Thread(target=terminal.relay, args=(name, io.BytesIO(f"{name} ".encode() * 900 + b"\n" + b"end")))
        for name in ("web", "worker")
    ]
    for speaker in speakers:
        speaker.start()
    for speaker in speakers:
        speaker.join()

    lines = capfd.readouterr().out.splitlines()

    assert sorted(lines) == sorted(
        [f"web     | {'web ' * 900}", "web     | end", f"worker  | {'worker ' * 900}", "worker  | end"]
    )


def test_stopping_a_child_ends_its_own_children() -> None:
    child = Child("web", ("-c", FAMILY))
    leader = started(child)
    wait_for(lambda: len(session(leader)) == 2)

    child.stop()

    wait_for(lambda: session(leader) == [])


def test_child_that_ignores_the_request_is_killed(capfd: pytest.CaptureFixture[str]) -> None:
    child = Child("worker", ("-c", STUBBORN), grace=0.3)
    leader = started(child)
    wait_for(lambda: "ready" in capfd.readouterr().out)

    child.stop()

    wait_for(lambda: session(leader) == [])


def test_leftovers_are_ended_as_whole_families(tmp_path: Path) -> None:
    record = tmp_path / "processes.json"
    child = Child("web", ("-c", FAMILY))
    leader = started(child)
    wait_for(lambda: len(session(leader)) == 2)
    leftovers.remember(record, [leader, None])

    assert leftovers.end(record) == 2

    assert session(leader) == []
    assert not record.exists()
    child.stop()


def test_process_that_got_a_leftovers_number_is_spared(tmp_path: Path) -> None:
    record = tmp_path / "processes.json"
    child = Child("web", ("-c", SLEEPER))
    pid = started(child)
    record.write_text(json.dumps([{"pid": pid, "created": psutil.Process(pid).create_time() - 60}]))

    assert leftovers.end(record) == 0

    assert child.status() is None
    child.stop()


def test_child_that_keeps_dying_stops_everything(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], port: int
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(supervisor, "LOOK_EVERY_SECONDS", 0.01)
    steady, failing = Child("web", ("-c", SLEEPER)), Child("worker", ("-c", "raise SystemExit(3)"))
    pids: list[int] = []

    status = Supervisor(
        [steady, failing],
        port=port,
        signals=StopSignals(),
        remember=lambda running: pids.extend(child.pid for child in running if child.pid),
    ).run()

    out = capfd.readouterr().out
    assert status == 1
    assert out.count("worker ended (exit status 3); it is started again in") == 4
    assert "worker ended 5 times in a row at once (exit status 3): giving up." in out
    wait_for(lambda: [pid for pid in pids if session(pid)] == [])


def test_port_of_another_program_is_refused_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(serve.CannotServeError, match=f"Port {port} cannot be used .* set PORT"):
            serve.require_free(port)
    serve.require_free(port)


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "80.5"])
def test_port_must_be_a_number(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(serve.CannotServeError, match=f"PORT is '{re.escape(text)}', but must be a number"):
        serve.chosen_port()


def test_application_connects_as_its_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres:@/portal?host=%2Ftmp%2Fx&port=5432")
    monkeypatch.delenv("DATABASE_APP_ROLE", raising=False)
    assert application_environment() == {}
    monkeypatch.setenv("DATABASE_APP_ROLE", "portal_app")
    assert application_environment()["DATABASE_URL"] == ("postgresql://portal_app:@/portal?host=%2Ftmp%2Fx&port=5432")
    monkeypatch.setenv("DATABASE_APP_PASSWORD", "a/b@c")
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:secret@db.example:5432/portal")
    assert application_environment()["DATABASE_URL"] == "postgresql://portal_app:a%2Fb%40c@db.example:5432/portal"


def test_production_loads_no_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_ENV", "development")
    assert ("demo",) in preparation.commands()
    monkeypatch.setenv("PORTAL_ENV", "production")
    assert [name for name, *_ in preparation.commands()] == ["migrate", "protect_trail", "collectstatic"]


class Portal:
    """`python -m portal.serve` as a person has it in a terminal."""

    def __init__(self, var: Path, port: int) -> None:
        names = {"DATABASE_URL", "REDIS_URL", "PORTAL_ENV"}
        self.environment = {name: value for name, value in os.environ.items() if name not in names}
        self.environment |= {"PORTAL_VAR": str(var), "PORT": str(port)}
        self.process = self.run("-m", "portal.serve")
        self.lines: list[str] = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def run(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=PROJECT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            self.lines.extend(output)

    def said(self, text: str) -> bool:
        return any(text in line for line in self.lines)

    def wait_until_ready(self) -> None:
        wait_for(lambda: self.said("Portal ready") or self.process.poll() is not None, seconds=150)
        assert self.said("Portal ready"), "".join(self.lines)

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        status = self.process.wait(60)
        self.reader.join(10)
        return status


@contextmanager
def portal(var: Path, port: int) -> Iterator[Portal]:
    running = Portal(var, port)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.end(signal.SIGTERM)


def processes_of(var: Path) -> list[str]:
    """Command lines of living processes that were started for this directory."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get("PORTAL_VAR") == str(var) or str(var) in process.cwd()
            if mine and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def database_users(var: Path) -> set[str]:
    """As whom the portal's processes are connected to its database."""
    connection = psycopg2.connect(Postgres(var / "postgres").start())
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT DISTINCT usename FROM pg_stat_activity
                    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"""
            )
            return {name for (name,) in cursor.fetchall()}
    finally:
        connection.close()


def test_portal_is_killed_started_again_and_stopped_cleanly(port: int) -> None:
    """`make run` from an empty directory to nothing left; one test, as each start takes seconds."""
    with throwaway_directory() as var:
        with portal(var, port) as first:
            first.wait_until_ready()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz/ready") as answer:
                assert json.load(answer)["broker"] == "ok"

            assert database_users(var) == {"portal_app"}

            second = first.run("-m", "portal.serve")
            output, _ = second.communicate(timeout=20)
            assert second.returncode == 1
            assert output == (
                f"The portal already runs on {var}: process {first.process.pid}, http://127.0.0.1:{port}. "
                "Nothing was started.\n"
            )

            command = first.run("manage.py", "migrate", "--check")
            output, _ = command.communicate(timeout=20)
            assert command.returncode == 0, output

            first.end(signal.SIGKILL)
        abandoned = processes_of(var)
        assert any("gunicorn" in line for line in abandoned)

        with portal(var, port) as again:
            again.wait_until_ready()
            assert again.said("that a killed run had left")
            assert again.end(signal.SIGINT) == 0
        assert not again.said("Traceback")
        wait_for(lambda: processes_of(var) == [])
