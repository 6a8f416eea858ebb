"""What recording costs: operations with the trail's triggers and context, and without; and the sealing of a busy day.

Each round does the same acts both ways, in turns, on the same database, every act committed. Without: the trail's
triggers are disabled (the ledgers' own stay), and the operation runs as a plain transaction.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from statistics import median
from typing import Any

import pgtrigger
from django.db import connection, transaction
from django.utils import timezone

from bench import server
from bench.results import Result, progress, seconds_of
from pilots.models import Institution
from pilots.operations.capacity import report_capacity
from pilots.operations.demo import load_demo
from pilots.operations.institutions import Entry, register_institution
from pilots.states.capacity import ClassGroup, Count, Source
from portal.accounts.models import User
from portal.audit.context import noted
from portal.audit.sealing import bounds, seal_days
from portal.audit.tracking import TrailTrigger
from portal.audit.verifying import verify

LIMIT = 1.35
SEAL_LIMIT_SECONDS = 10.0
DATABASE = "trail"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
ACTS = int(os.environ.get("BENCH_ACTS", "60"))
"""Acts of each kind, both ways, in a round."""
BLOCK = 15
EVENTS = 100_000
DAY = date(2020, 6, 1)

_numbers = count(1)


def run() -> Result:
    """Measure and judge."""
    _make_database()
    with server.database(DATABASE):
        samples: dict[str, list[float]] = {}
        for number in range(ROUNDS + 1):
            taken = _round(number)
            progress(", ".join(f"{name} {seconds * 1000:.2f} ms" for name, seconds in taken.items()))
            if number > 0:  # the first round warms up
                for name, seconds in taken.items():
                    samples.setdefault(name, []).append(seconds)
        sealing = _seal_a_busy_day()
    return _result(samples, sealing)


def _round(number: int) -> dict[str, float]:
    """Median seconds of each act, with and without, block by block; every second pair in the opposite order."""
    officer = User.objects.get(username="county")
    taken: dict[str, list[float]] = {}
    for pair in range(max(1, ACTS // BLOCK)):
        ways = (_recorded, _unrecorded) if (pair + number) % 2 else (_unrecorded, _recorded)
        for way in ways:
            for name, seconds in way(officer).items():
                taken.setdefault(name, []).extend(seconds)
    return {name: median(values) for name, values in taken.items()}


def _recorded(officer: User) -> dict[str, list[float]]:
    facts = {"request": "0123456789abcdef", "address": "203.0.113.5", "user": officer.pk, "key": None}
    with noted(**facts, route="bench"):
        return _block(officer, "with", lambda operation: operation)


def _unrecorded(officer: User) -> dict[str, list[float]]:
    with _without_trail():
        return _block(officer, "without", lambda operation: transaction.atomic(operation.__wrapped__))


def _block(officer: User, way: str, form: Callable[[Any], Any]) -> dict[str, list[float]]:
    """Seconds of each act; the first of a block reads the changed tables' definitions anew and does not count."""
    acts: dict[str, Callable[..., None]] = {"report_capacity": _report, "register_institution": _register}
    return {
        f"{name}_{way}": [seconds_of(partial(act, officer, form)) for _turn in range(BLOCK + 1)][1:]
        for name, act in acts.items()
    }


def _report(officer: User, way: Callable[[Any], Any]) -> None:
    """A new statement of a day by one of the demonstration's institutions."""
    number = next(_numbers)
    way(report_capacity)(
        institution_id=_institutions()[number % len(_institutions())],
        as_of=DAY + timedelta(days=number % 400),
        classes={ClassGroup.MIXED: Count(10 + number, 5)},
        by=officer,
        at=timezone.now(),
        source=Source.API,
    )


def _register(officer: User, way: Callable[[Any], Any]) -> None:
    """An institution without a filing, an operator or a host."""
    entry = Entry("130102", f"测试托育园{next(_numbers)}", "social", DAY)
    way(register_institution)(entry=entry, filing=None, by=officer, at=timezone.now())


_found: list[int] = []


def _institutions() -> list[int]:
    """Those of the officer's county unit."""
    if not _found:
        _found.extend(
            Institution.objects.filter(county="130102", is_demo=True).order_by("pk").values_list("pk", flat=True)
        )
    return _found


@contextmanager
def _without_trail() -> Iterator[None]:
    """The trail's triggers disabled; the ledgers' own and the foreign keys stay."""
    _switch("DISABLE")
    try:
        yield
    finally:
        _switch("ENABLE")


def _switch(word: str) -> None:
    statements = [
        f"ALTER TABLE {model._meta.db_table} {word} TRIGGER {trigger.get_pgid(model)}"
        for model, trigger in pgtrigger.registered()
        if isinstance(trigger, TrailTrigger)
    ]
    with connection.cursor() as cursor:
        cursor.execute("; ".join(statements))


def _seal_a_busy_day() -> dict[str, float]:
    """Seconds for sealing and for verifying a day of 100,000 events, after a change of 100,000 rows."""
    yesterday = timezone.localdate() - timedelta(days=1)
    begin, end = bounds(yesterday)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pilots_operator (name, brand, credit_code)"
            " SELECT 'busy day ' || n, 'brand', '' FROM generate_series(1, %s) n",
            [EVENTS],
        )
        # All events of the database are those of yesterday: the first day, and the only one to be sealed.
        cursor.execute("SET session_replication_role = replica")
        for table in ("pilots_capacityreportevent", "pilots_institutionevent", "pilots_operatorevent"):
            cursor.execute(f"UPDATE {table} SET pgh_created_at = %s + (pgh_id %% 80000) * interval '1 second'", [begin])
        for _model, trigger in pgtrigger.registered():
            event_model = getattr(trigger, "event_model", None)
            if isinstance(trigger, TrailTrigger) and event_model is not None:
                cursor.execute(
                    f"UPDATE {event_model._meta.db_table} SET pgh_created_at = %s WHERE pgh_created_at >= %s",
                    [begin, end],
                )
        cursor.execute("RESET session_replication_role")
        cursor.execute("ANALYZE")
    now = datetime.now(tz=end.tzinfo)
    sealing = seconds_of(lambda: seal_days(at=now, settled=lambda: now))
    found: list[Any] = []
    verifying = seconds_of(lambda: found.append(verify()))
    report = found[0]
    if report.findings or report.leaves < EVENTS:
        message = f"{report.leaves} events sealed, findings: {report.findings[:3]}"
        raise AssertionError(message)
    return {"events": report.leaves, "seal_seconds": sealing, "verify_seconds": verifying}


def _make_database() -> None:
    """A database with the demonstration, made anew: sealed days do not go back to their first state."""
    server.maintain(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
    server.maintain(f'CREATE DATABASE "{DATABASE}"')
    with server.database(DATABASE):
        if not server.migrate():
            message = "the database of the trail cannot be migrated"
            raise AssertionError(message)
        load_demo()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")


def _result(samples: dict[str, list[float]], sealing: dict[str, float]) -> Result:
    middle = {name: median(values) for name, values in samples.items()}
    ratios = {
        name: middle[f"{name}_with"] / middle[f"{name}_without"] for name in ("report_capacity", "register_institution")
    }
    over = [name for name, ratio in ratios.items() if ratio > LIMIT]
    if sealing["seal_seconds"] > SEAL_LIMIT_SECONDS:
        over.append("seal_seconds")
    worst = max(ratios, key=lambda name: ratios[name])
    return Result(
        name="trail",
        seconds=middle[f"{worst}_with"],
        control_seconds=middle[f"{worst}_without"],
        limit=LIMIT,
        limit_on="ratio",
        over=over,
        details={
            "worst": worst,
            "ratios": ratios,
            "milliseconds": {name: seconds * 1000 for name, seconds in middle.items()},
            **sealing,
            "seal_limit_seconds": SEAL_LIMIT_SECONDS,
            "rounds": ROUNDS,
            "acts": ACTS,
        },
    )
