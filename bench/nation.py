"""The nation as a data set: where it is kept, when it is made anew, how it comes back to its first state.

Two databases hold it: one with four years of reports and one with the latest tenth of them, and otherwise the same.
"""

import json
import os
from dataclasses import dataclass
from datetime import date
from importlib import import_module

from bench import server
from bench.results import progress

VERSION = 1
"""Raise it when the data set changes: databases of other versions are dropped."""

FIRST_DAY = date(2021, 10, 1)
LAST_DAY = date(2025, 9, 30)
"""The reports speak of the days from FIRST_DAY to LAST_DAY; the night run of LAST_DAY is part of the data set."""

INSTITUTIONS = 126_000
REPORTS = 26_000_000
PREFIX = "nation_"
SCRATCH = "empty"

# What a benchmark adds and `reset` takes away again: lines beyond the data set's last ones.
GROWING = ("pilots_capacityreport", "pilots_nightrun", "pilots_latefactsweep")
DAILY = ("pilots_coveragesnapshot", "pilots_targetprogress")


@dataclass(frozen=True)
class Nation:
    """One data set: the share of the nation, and the share of its history, that it holds."""

    scale: float
    history: float

    @property
    def database(self) -> str:
        """Its database's name."""
        return f"{PREFIX}{self.scale:g}_{self.history:g}".replace(".", "p")

    @property
    def institutions(self) -> int:
        """How many institutions."""
        return max(1, round(INSTITUTIONS * self.scale))

    @property
    def reports(self) -> int:
        """How many reports the whole history has."""
        return max(self.institutions, round(REPORTS * self.scale))


def scale() -> float:
    """The share of the nation asked for: BENCH_SCALE, for trials; figures at another scale than 1 prove nothing."""
    return float(os.environ.get("BENCH_SCALE", "1"))


def full() -> Nation:
    """The data set with the whole history, made if it is missing."""
    return _ready(Nation(scale(), history=1))


def tenth() -> Nation:
    """The data set with the latest tenth of the history, made if it is missing."""
    return _ready(Nation(scale(), history=0.1))


def reset(nation: Nation) -> None:
    """Take away what earlier runs added, and leave the tables vacuumed and analysed."""
    from django.db import connection  # noqa: PLC0415  # needs the settings

    marks = json.loads(server.existing()[nation.database])["marks"]
    removed = []
    with server.database(nation.database), connection.cursor() as cursor:
        # Append-only triggers do not fire for a replica; the schema stays as it is.
        cursor.execute("SET session_replication_role = replica")
        for table in GROWING:
            cursor.execute(f"DELETE FROM {table} WHERE id > %s", [marks[table]])
            removed += [table] * bool(cursor.rowcount)
        for table in DAILY:
            cursor.execute(f"DELETE FROM {table} WHERE day > %s", [LAST_DAY])
            removed += [table] * bool(cursor.rowcount)
        cursor.execute("RESET session_replication_role")
        for table in removed:
            progress(f"{nation.database}: {table} back to its first state")
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def _ready(nation: Nation) -> Nation:
    """Make the database unless it is there, complete, of this version and of the schema that `migrate` makes now."""
    wanted = _schema_of_migrations()
    _drop_outdated(wanted)
    if nation.database not in server.existing():
        progress(f"{nation.database} is not there yet: making it, once")
        server.maintain(f'CREATE DATABASE "{nation.database}"')
        with server.database(nation.database):
            server.migrate()
            import_module("bench.loading").load(nation)
            about = {"version": VERSION, "marks": {table: _last_id(table) for table in GROWING}}
            if server.schema() != wanted:
                message = "loading changed the schema"
                raise AssertionError(message)
        server.maintain(f'COMMENT ON DATABASE "{nation.database}" IS %s', [json.dumps(about)])
        progress(f"{nation.database} is complete")
    reset(nation)
    return nation


def _schema_of_migrations() -> str:
    server.maintain(f'DROP DATABASE IF EXISTS "{SCRATCH}" WITH (FORCE)')
    server.maintain(f'CREATE DATABASE "{SCRATCH}"')
    with server.database(SCRATCH):
        server.migrate()
        found = server.schema()
    server.drop(SCRATCH)
    return found


def _drop_outdated(wanted: str) -> None:
    """Drop what was left unfinished, is of another version, or cannot be migrated to the present schema."""
    for name, comment in server.existing().items():
        if not name.startswith(PREFIX):
            continue
        outdated = json.loads(comment or "{}").get("version") != VERSION
        if not outdated:
            with server.database(name):
                outdated = not server.migrate() or server.schema() != wanted
        if outdated:
            progress(f"{name} is unfinished or outdated: dropping it")
            server.drop(name)


def _last_id(table: str) -> int:
    from django.db import connection  # noqa: PLC0415  # needs the settings

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        (last,) = cursor.fetchone()
    return int(last)
