"""What an attacker with a clock learns at the sign-in: nothing about which names have an account.

Whole sign-ins go through the WSGI application inside this process (middleware, limits, form, PBKDF2 as in production,
page), each from an address of its own, so that no limit interferes. Each kind of name is measured beside a name without
an account, one right after the other and in an order drawn by lot, so that other load on the machine hits both:

- `wrong`: an account, with a wrong password;
- `inactive`: a closed account, with the right password;
- `no_password`: an account of the single sign-on;
- `closed`: an account closed for the address after five failures, with the right password; beside it a name without
  an account that is closed in the same way (a closed name answers at once: that it is closed is said on the page).

Two statistics for each. The ratio of the medians must lie within 1 ± 5 %: a difference of 5 % of a hash is about 10 ms
and would show over a network. The rank sum AUC (the share of pairs in which the account took longer) must lie within
0.5 ± 0.1: it finds differences that medians hide, such as two humps. With 150 samples on either side its standard error
without any difference is 0.033.

Not levelled: accounts whose hash was made with *more* iterations than the present hasher's (Django levels fewer). The
portal raises them with Django's releases and never lowers them, and a sign-in renews an old hash.
"""

import logging
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http.cookies import SimpleCookie
from io import BytesIO
from itertools import count
from statistics import median
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

from axes.models import AccessAttempt
from django.contrib.auth.hashers import get_hasher, make_password
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection

from bench import server
from bench.results import Result, progress, seconds_of
from portal.accounts.models import User

DATABASE = "sign_in"
LIMIT = 1.05
AUC_MARGIN = 0.1
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "150"))
PASSWORD = "eselsbruecke-drei-mal-sieben"
FAILURES = 5

_addresses = (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}" for number in count(1))


@dataclass(frozen=True)
class Try:
    """A name and a password; `closed_first` closes the name for the address before the measured try."""

    username: str
    password: str
    closed_first: bool = False


PAIRS = {
    "wrong": (Try("known", "wrong-password"), Try("no-such-name", "wrong-password")),
    "inactive": (Try("inactive", PASSWORD), Try("no-such-name", PASSWORD)),
    "no_password": (Try("no-password", PASSWORD), Try("no-such-name", PASSWORD)),
    "closed": (Try("known", PASSWORD, closed_first=True), Try("no-such-name", PASSWORD, closed_first=True)),
}

Samples = dict[str, tuple[list[float], list[float]]]


class Stranger:
    """A browser with a CSRF cookie, from a new address for each name it tries."""

    def __init__(self) -> None:
        self._application = WSGIHandler()
        self._cookies = SimpleCookie({"csrftoken": "a" * 32})

    def post(self, tried: Try, address: str) -> str:
        """Try to sign in; the answer's status line."""
        form = {"username": tried.username, "password": tried.password, "csrfmiddlewaretoken": "a" * 32}
        body = urlencode(form).encode()
        environ: dict[str, Any] = {"PATH_INFO": "/accounts/sign-in/", "REQUEST_METHOD": "POST", "REMOTE_ADDR": address}
        environ |= {"SERVER_NAME": "localhost", "HTTP_HOST": "localhost", "wsgi.input": BytesIO(body)}
        environ |= {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body))}
        environ |= {"HTTP_COOKIE": self._cookies.output(header="", sep=";").strip()}
        setup_testing_defaults(environ)
        said: list[str] = []
        response = self._application(environ, partial(_start, said))
        try:
            b"".join(response)
        finally:
            response.close()
        return said[0]


def run() -> Result:
    """Measure and judge."""
    logging.disable(logging.WARNING)  # each refusal is logged
    with _people():
        stranger = Stranger()
        samples: Samples = {name: ([], []) for name in PAIRS}
        for number in range(ROUNDS + 2):
            taken = _round(stranger)
            if number > 1:  # the first rounds warm up
                for name, (account, unknown) in taken.items():
                    samples[name][0].append(account)
                    samples[name][1].append(unknown)
            if number % 25 == 0:
                progress(f"round {number} of {ROUNDS + 2}")
    return _result(samples)


class _people:  # noqa: N801  # a context manager
    """A database with the accounts that are tried, dropped afterwards."""

    def __enter__(self) -> None:
        server.maintain(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
        server.maintain(f'CREATE DATABASE "{DATABASE}"')
        self._database = server.database(DATABASE)
        self._database.__enter__()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        User.objects.create(username="known", name="x", password=make_password(PASSWORD))
        User.objects.create(username="inactive", name="x", password=make_password(PASSWORD), is_active=False)
        User.objects.create(username="no-password", name="x", password=make_password(None))
        names = (f"other-{number}" for number in range(2000))
        User.objects.bulk_create(User(username=name, name="x", password="!") for name in names)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE accounts_user")

    def __exit__(self, *_error: object) -> None:
        self._database.__exit__(None, None, None)
        server.drop(DATABASE)


def _round(stranger: Stranger) -> dict[str, tuple[float, float]]:
    """One try of each kind and of its counterpart, side by side."""
    taken: dict[str, dict[int, float]] = {name: {} for name in PAIRS}
    for name, side in _order():
        tried, address = PAIRS[name][side], next(_addresses)
        if tried.closed_first:
            _close(tried.username, address)
        said: list[str] = []
        taken[name][side] = seconds_of(lambda: said.append(stranger.post(tried, address)))  # noqa: B023  # at once
        wanted = "429 Too Many Requests" if tried.closed_first else "422 Unprocessable Entity"
        if said != [wanted]:
            message = f"{name}, {tried.username}: answered {said}, not {wanted}"
            raise AssertionError(message)
    return {name: (sides[0], sides[1]) for name, sides in taken.items()}


def _order() -> list[tuple[str, int]]:
    """Kinds by lot, and whether the account or its counterpart goes first."""
    names = random.sample(list(PAIRS), len(PAIRS))
    return [(name, side) for name in names for side in random.sample((0, 1), 2)]


def _close(username: str, address: str) -> None:
    """The row that five failures leave."""
    seen = {"http_accept": "<unknown>", "path_info": "/accounts/sign-in/", "user_agent": "<unknown>"}
    AccessAttempt.objects.create(username=username, ip_address=address, failures_since_start=FAILURES, **seen)


def _result(samples: Samples) -> Result:
    kinds, over = {}, []
    for name, (account, unknown) in samples.items():
        ratio, auc = median(account) / median(unknown), _auc(account, unknown)
        kinds[name] = {"seconds": median(account), "unknown_seconds": median(unknown), "ratio": ratio, "auc": auc}
        over += [f"{name}: ratio"] if not 1 / LIMIT <= ratio <= LIMIT else []
        over += [f"{name}: auc"] if abs(auc - 0.5) > AUC_MARGIN else []
    hasher = get_hasher()
    return Result(
        name="sign_in",
        seconds=kinds["wrong"]["seconds"],
        control_seconds=kinds["wrong"]["unknown_seconds"],
        limit=LIMIT,
        limit_on="ratio",
        over=over,
        details={
            "auc_margin": AUC_MARGIN,
            "kinds": kinds,
            "rounds": ROUNDS,
            "hasher": f"{hasher.algorithm}, {getattr(hasher, 'iterations', '')} iterations",
        },
    )


def _auc(first: list[float], second: list[float]) -> float:
    """The share of pairs in which the first took longer; ties count half."""
    won = sum((a > b) + (a == b) / 2 for a in first for b in second)
    return won / (len(first) * len(second))


def _start(said: list[str], status: str, _headers: object, _error: object = None, /) -> Callable[[bytes], object]:
    """WSGI's `start_response`: keep the status."""
    said.append(status)
    return lambda _data: None
