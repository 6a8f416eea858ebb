"""Throwaway servers, the demonstration loaded once, and people to act as."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from portal.embedded import throwaway_servers

if TYPE_CHECKING:
    from django.test import Client

_servers = ExitStack()

os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
os.environ["PORTAL_ENV"] = "test"


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers once for all workers, before anything reads the settings."""
    if not hasattr(config, "workerinput"):
        _servers.enter_context(throwaway_servers())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers and remove their data."""
    if not hasattr(config, "workerinput"):
        _servers.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """In CI a skipped test is a failed promise."""
    skipped = terminalreporter.stats.get("skipped", [])
    if os.environ.get("CI") == "true" and skipped:
        terminalreporter.write_line(f"CI: {len(skipped)} tests were skipped; nothing may be skipped here.", red=True)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail the run in CI when anything was skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def browser_of(username: str) -> "Client":
    """A browser in which the account has just signed in, with a second factor if it needs one."""
    import time

    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.test import Client

    from portal.accounts.demands import demands_of, lacks_second_factor
    from portal.accounts.models import User

    client, user = Client(headers={"accept-language": "en"}), User.objects.get(username=username)
    if lacks_second_factor(user):
        TOTP.activate(user, generate_totp_secret())
    client.force_login(user)
    session, now = client.session, int(time.time())
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [{"method": "password", "at": now}]
    session["watch"] = {"at": now, "limit": 60 * demands_of(user).idle_minutes, "due": False}
    session.save()
    return client


@pytest.fixture
def as_user(db: None) -> "Callable[[str], Client]":
    """A browser in which the named demonstration account has just signed in, with a second factor if it needs one."""
    return browser_of


@pytest.fixture(autouse=True)
def no_wrong_keys_before() -> None:
    """Wrong keys are counted in the process's memory; each test starts at none."""
    from django.core.cache import caches

    caches["process"].clear()


@pytest.fixture
def key(db: None) -> str:
    """An API key of SJZ-0001 (长安区)."""
    from pilots.operations.people import create_institution_key

    return create_institution_key(number="SJZ-0001", label="test")[1]


@pytest.fixture
def api(key: str) -> "Client":
    """A client that sends that key."""
    from django.test import Client

    return Client(headers={"authorization": f"Bearer {key}", "accept-language": "en"})


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """The test database with the demonstration in it: 494 institutions, 202 regions, an account for every role."""
    from pilots.operations.demo import load_demo

    with django_db_blocker.unblock():
        load_demo()
    yield


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: object) -> Iterator[str]:
    """A copy of the test database in which commits are real, for threads and other processes; dropped afterwards."""
    from django.db import connection, connections

    settings = connection.settings_dict
    name = settings["NAME"]
    copy = f"{name}_copy"
    with django_db_blocker.unblock():
        connections.close_all()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
        settings["NAME"] = copy
        try:
            yield copy
        finally:
            connections.close_all()
            settings["NAME"] = name
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')
