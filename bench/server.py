"""A PostgreSQL of the benchmarks' own, in `var/bench`, and Django on top of it.

It is the embedded server with the settings it has in the portal: durable, and nothing tuned. It holds one database for
each data set; the benchmarks switch between them inside one process, on connections that stay open.
"""

import atexit
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg2

from bench.results import progress
from portal.embedded import locks, var_directory
from portal.embedded.postgres import Postgres
from portal.embedded.sharing import Share


def start() -> None:
    """Start the server for as long as this process lives, and set Django up on it.

    A second run waits until the first is over: two at once would measure each other.
    """
    home = var_directory() / "bench"
    at_end = ExitStack()
    atexit.register(at_end.close)
    at_end.enter_context(locks.exclusive(home / "one_at_a_time.lock"))
    share = Share(Postgres(home / "postgres"))
    os.environ["DATABASE_URL"] = share.join()
    at_end.callback(share.leave)
    os.environ["STATIC_ROOT"] = str(home / "static")
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    import django  # noqa: PLC0415  # settings are read from the environment that was just made

    django.setup()


@contextmanager
def database(name: str) -> Iterator[None]:
    """Make `name` the database that the product's code works on, for the block."""
    from django.db import connections  # noqa: PLC0415  # needs the settings

    connections.settings.setdefault(name, {**connections.settings["default"], "NAME": name})
    before = connections["default"]
    connections["default"] = connections[name]
    try:
        yield
    finally:
        connections["default"] = before


def migrate() -> bool:
    """Bring the present database to the newest migration; answer whether that went well."""
    from django.core.management import call_command  # noqa: PLC0415  # needs the settings
    from django.db import DatabaseError  # noqa: PLC0415
    from django.db.migrations.exceptions import InconsistentMigrationHistory  # noqa: PLC0415

    try:
        call_command("migrate", interactive=False, verbosity=0)
    except (DatabaseError, InconsistentMigrationHistory) as problem:
        progress(f"migrate: {problem}")
        return False
    return True


def schema() -> str:
    """A digest of the present database's columns, indexes, constraints, triggers and functions."""
    from django.db import connection  # noqa: PLC0415  # needs the settings

    with connection.cursor() as cursor:
        cursor.execute(_SCHEMA)
        (digest,) = cursor.fetchone()
    return str(digest)


def drop(name: str) -> None:
    """Drop a database."""
    from django.db import connections  # noqa: PLC0415  # needs the settings

    if name in connections.settings:
        connections[name].close()
    maintain(f'DROP DATABASE "{name}" WITH (FORCE)')


def existing() -> dict[str, str]:
    """The databases with the comment that each carries."""
    rows = maintain("SELECT datname, coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database")
    return dict(rows)


def maintain(sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    """Run a statement outside any transaction, in the database that the embedded server always has."""
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


_SCHEMA = """
SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
    SELECT concat_ws(' ', table_name, column_name, data_type, character_maximum_length, column_default, is_nullable,
                     is_identity, generation_expression)
      FROM information_schema.columns WHERE table_schema = 'public'
     UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
     UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
     UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
     UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace AND prokind <> 'a'
     UNION ALL SELECT concat_ws(' ', f.proname, a.aggtransfn)
      FROM pg_aggregate a JOIN pg_proc f ON f.oid = a.aggfnoid WHERE f.pronamespace = 'public'::regnamespace
     UNION ALL SELECT concat_ws(' ', relname, reloptions) FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL
) found (line)
"""
