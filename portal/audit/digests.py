"""What is digested, and how: once as SQL for sealing, once in Python for verifying.

- A row: SHA-256 of its columns as JSON without the empty ones, so that a column added later changes nothing.
- A leaf: SHA-256 of the leaf before it in the day, and of its day, position, table, id and row's digest.
- A seal: SHA-256 of its day, number of events, end of the day's chain, digest of the day before, and instant.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from django.db import connection, transaction

NOTHING = b""
"""Where a day's chain begins."""
GENESIS = bytes(32)
"""What stands for the digest of the day before the first."""

_TABLES = """
SELECT c.relname::text FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'pgh_id' AND NOT a.attisdropped
 WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY 1
"""


@contextmanager
def fixed_output() -> Iterator[None]:
    """One transaction on one snapshot, in which instants and days are written in one form, whatever the settings."""
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL TimeZone = 'UTC'")
        cursor.execute("SET LOCAL DateStyle = 'ISO'")
        cursor.execute("SET LOCAL IntervalStyle = 'postgres'")
        cursor.execute("SET LOCAL extra_float_digits = 1")
        cursor.execute("SET LOCAL bytea_output = 'hex'")
        yield


def event_tables() -> list[str]:
    """Every table of events that the database has, those of models that are gone included."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return [name for (name,) in cursor.fetchall()]


def all_rows(tables: list[str], condition: str) -> str:
    """A query for the events of all tables that meet a condition: table, id, instant, digest of the row."""
    return " UNION ALL ".join(
        f"""SELECT '{name}'::text AS table_name, e.pgh_id::bigint AS event_id, e.pgh_created_at AS at,
                   sha256(convert_to(jsonb_strip_nulls(to_jsonb(e))::text, 'UTF8')) AS digest
              FROM {connection.ops.quote_name(name)} e WHERE {condition}"""  # noqa: S608  # tables from the catalogue
        for name in tables
    )


LINK = "concat_ws('|', to_char(day, 'YYYY-MM-DD'), position, table_name, event_id, encode(digest, 'hex'))"
"""What the chain takes up for a leaf, in SQL; the same as `link`."""


def link(day: date, position: int, table: str, event: int, digest: bytes) -> str:
    """What the chain takes up for a leaf."""
    return f"{day.isoformat()}|{position}|{table}|{event}|{digest.hex()}"


def chained(before: bytes, text: str) -> bytes:
    """The chain, one link longer."""
    return hashlib.sha256(before + text.encode()).digest()


def seal_digest(day: date, events: int, root: bytes, previous: bytes, sealed_at: datetime) -> bytes:
    """The digest of a seal."""
    instant = sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
    text = f"{day.isoformat()}|{events}|{root.hex()}|{previous.hex()}|{instant}"
    return hashlib.sha256(text.encode()).digest()
