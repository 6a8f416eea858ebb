"""The embedded servers, as real processes in directories of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import environ
import kombu
import psutil
import psycopg2
import pytest
import redis

from portal import embedded
from portal.embedded import places
from portal.embedded.postgres import Postgres
from portal.embedded.throwaway import PARAMETERS, clear_abandoned

# A process that uses both servers until its input ends, as a management command does until it is done.
USER = """
import sys
from portal import embedded
print(embedded.ensure_postgres(), embedded.ensure_broker(), flush=True)
sys.stdin.read()
"""
# The same, ending at once, but with a child of its own that outlives it.
PARENT = """
import subprocess
from portal import embedded
print(embedded.ensure_postgres(), embedded.ensure_broker(), flush=True)
print(subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL).pid, flush=True)
"""
# A test run that is never given the time to clean up.
TEST_RUN = """
import os, time
from portal.embedded import throwaway_servers
with throwaway_servers():
    print(os.environ["DATABASE_URL"], os.environ["REDIS_URL"], flush=True)
    time.sleep(60)
"""


@pytest.fixture
def var() -> Iterator[Path]:
    with embedded.throwaway_directory() as directory:
        yield directory


def run_python(code: str, var: Path) -> "subprocess.Popen[str]":
    names = {"DATABASE_URL", "REDIS_URL", "PORTAL_ENV"}
    environment = {name: value for name, value in os.environ.items() if name not in names}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment | {"PORTAL_VAR": str(var)},
        cwd=places.PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@contextmanager
def user(var: Path) -> "Iterator[tuple[subprocess.Popen[str], str, str]]":
    """A process that uses the servers, with the addresses of both; it leaves them at the end of the block."""
    with run_python(USER, var) as process:
        database, broker = words(process)
        yield process, database, broker


def words(process: "subprocess.Popen[str]") -> list[str]:
    """The words of the next line that the process prints."""
    assert process.stdout is not None
    return process.stdout.readline().split()


def row(query: str, address: str = "", **parameters: Any) -> tuple[Any, ...]:
    """The first row of a query's answer."""
    with closing(psycopg2.connect(address, **parameters)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        first: tuple[Any, ...] | None = cursor.fetchone()
    assert first is not None
    return first


def started_at(address: str) -> str:
    return str(row("SELECT pg_postmaster_start_time()", address)[0])


def database_answers(address: str) -> bool:
    try:
        psycopg2.connect(address).close()
    except psycopg2.OperationalError:
        return False
    return True


def broker_answers(address: str) -> bool:
    try:
        with closing(redis.Redis.from_url(address)) as client:
            return client.ping()
    except redis.ConnectionError:
        return False


def postmaster(var: Path) -> int:
    return int((var / "postgres/server/cluster/postmaster.pid").read_text().split()[0])


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.02)


def test_database_address_is_understood_by_settings_and_driver() -> None:
    settings = environ.Env.db_url_config(os.environ["DATABASE_URL"])
    query = "SELECT current_database(), current_setting('server_encoding'), current_setting('listen_addresses')"

    by_address = row(query, os.environ["DATABASE_URL"])
    by_settings = row(query, dbname=settings["NAME"], user=settings["USER"], **settings["OPTIONS"])

    assert by_address == by_settings == ("portal", "UTF8", "")


def test_names_are_ordered_alike_on_every_machine() -> None:
    query = "SELECT array_agg(name ORDER BY name) FROM (VALUES ('b'), ('乙'), ('B'), ('a')) AS names (name)"

    assert row(query, os.environ["DATABASE_URL"])[0] == ["B", "a", "b", "乙"]


def test_broker_address_serves_redis_and_celery() -> None:
    address = os.environ["REDIS_URL"]

    assert broker_answers(address)
    with kombu.Connection(address.replace("unix://", "redis+socket://", 1)) as connection:
        queue = connection.SimpleQueue("test_broker_address")
        queue.put({"day": "2021-11-01"})
        assert queue.get(timeout=5).payload == {"day": "2021-11-01"}
        queue.close()


def test_last_user_stops_the_servers(var: Path) -> None:
    with ExitStack() as first:
        _, database, broker = first.enter_context(user(var))
        with user(var) as (_, same_database, same_broker):
            assert (same_database, same_broker) == (database, broker)
            first.close()
            assert database_answers(database)
            assert broker_answers(broker)

    assert not database_answers(database)
    assert not broker_answers(broker)


def test_killed_user_leaves_servers_that_the_next_adopts_and_stops(var: Path) -> None:
    with user(var) as (process, database, broker):
        started = started_at(database)
        process.kill()
    assert database_answers(database)
    assert broker_answers(broker)

    with user(var) as (_, adopted, _):
        assert started_at(adopted) == started

    assert not database_answers(database)
    assert not broker_answers(broker)


def test_children_do_not_hold_the_servers(var: Path) -> None:
    with run_python(PARENT, var) as parent:
        database, _ = words(parent)
        child = psutil.Process(int(words(parent)[0]))

    assert child.is_running()
    assert not database_answers(database)
    child.kill()


def test_process_number_of_a_crashed_server_may_be_anybodys(var: Path) -> None:
    with user(var) as (process, database, _):
        process.kill()
        crashed = postmaster(var)
        os.kill(crashed, signal.SIGKILL)
        wait_until_gone(crashed)
    # PostgreSQL itself believes any living process of the account that owns the data.
    owner = (var / "postgres/server").stat().st_uid
    with subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None) as stranger:
        for path in ("cluster/postmaster.pid", "socket/.s.PGSQL.5432.lock"):
            file = var / "postgres/server" / path
            file.write_text("\n".join([str(stranger.pid), *file.read_text().splitlines()[1:]]) + "\n")

        with user(var):
            assert database_answers(database)

        assert stranger.poll() is None
        stranger.kill()


def test_surviving_processes_of_a_killed_server_are_waited_for(var: Path) -> None:
    with user(var) as (process, database, _), closing(psycopg2.connect(database)) as connection:
        survivor = psutil.Process(connection.info.backend_pid)
        survivor.suspend()
        process.kill()
        os.kill(postmaster(var), signal.SIGKILL)
    with run_python(USER, var) as successor:
        time.sleep(1)
        assert successor.poll() is None
        survivor.resume()

        assert words(successor)[0] == database
        assert database_answers(database)


def test_interrupted_creation_is_begun_anew(var: Path) -> None:
    server = Postgres(var / "postgres", parameters=PARAMETERS, durable=False)
    unfinished = var / "postgres/server/unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")

    assert database_answers(server.start())


def test_server_that_cannot_start_says_why(var: Path) -> None:
    server = Postgres(var / "postgres", parameters=("no_such_parameter=1",), durable=False)

    with pytest.raises(embedded.EmbeddedServerError, match='unrecognized configuration parameter "no_such_parameter"'):
        server.start()


def test_deep_directory_gets_sockets_of_admissible_length(var: Path) -> None:
    deep = var / ("deep" * 20) / "a space, a comma and a 汉字"
    with user(deep) as (_, database, broker):
        assert database_answers(database)
        assert broker_answers(broker)
        assert str(deep) not in database
    places.remove_home(deep)


def test_production_embeds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_ENV", "production")
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")

    embedded.install_into_environment(broker=True)

    assert "DATABASE_URL" not in os.environ
    assert "REDIS_URL" not in os.environ


def test_addresses_that_are_set_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/portal")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")

    embedded.install_into_environment(broker=True)

    assert os.environ["DATABASE_URL"] == "postgresql://elsewhere/portal"
    assert os.environ["REDIS_URL"] == "redis://elsewhere"


def test_missing_wheel_is_named_with_what_to_do() -> None:
    with pytest.raises(embedded.EmbeddedServerError, match=r"DATABASE_URL is not set.*requirements-embedded\.lock"):
        places.wheel_directory(module="no_such_wheel", wheel="no-such-wheel", variable="DATABASE_URL")


def test_servers_of_a_killed_test_run_are_cleared_and_those_of_a_living_one_kept(var: Path) -> None:
    with run_python(TEST_RUN, var) as killed:
        database, broker = words(killed)
        server = postmaster(Path(environ.Env.db_url_config(database)["OPTIONS"]["host"]).parents[2])
        killed.kill()
    assert psutil.pid_exists(server)

    clear_abandoned()

    wait_until_gone(server)
    assert not broker_answers(broker)
    assert database_answers(os.environ["DATABASE_URL"])
    assert var.is_dir()


def test_servers_are_closed_to_the_network_and_to_other_users(var: Path) -> None:
    with user(var):
        servers = [psutil.Process(postmaster(var)), psutil.Process(int((var / "broker/pid").read_text()))]
        listening = [c for server in servers for c in server.net_connections() if c.family != socket.AF_UNIX]
        directories = [var / home / "socket" for home in ("postgres/server", "broker")]

        assert listening == []
        for directory in directories:
            assert directory.stat().st_mode & 0o077 == 0
            assert [path.is_socket() for path in directory.iterdir() if path.suffix != ".lock"] == [True]
