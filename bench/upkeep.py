"""What PostgreSQL does by itself between an evening and two in the morning, done at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

LEDGER = "pilots_capacityreport"


def settle() -> None:
    """Leave the ledger of reports as the night run finds it.

    Autovacuum has vacuumed and analysed it where its thresholds are reached, no earlier; the last checkpoint is over,
    so that the run pays for the first change of each page.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(_DUE, {"table": LEDGER})
        vacuum, analyze = cursor.fetchone()
        if vacuum:
            cursor.execute(f"VACUUM {LEDGER}")
        if analyze:
            cursor.execute(f"ANALYZE {LEDGER}")
        cursor.execute("CHECKPOINT")


@contextmanager
def unattended(table: str) -> Iterator[None]:
    """Keep autovacuum away from a table for the block; new indexes would interrupt it at its work."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
        yield
        cursor.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")


@contextmanager
def unrecorded() -> Iterator[None]:
    """Leave no trail in the block, for rows in millions that nobody made; foreign keys are not looked at either."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("RESET session_replication_role")


# The thresholds as PostgreSQL computes them: the table's own parameters, or else the server's.
_DUE = """
WITH ledger AS (
    SELECT *, reltuples * (1 - relallfrozen::float / greatest(relpages, 1)) AS unfrozen
      FROM pg_class WHERE relname = %(table)s
), parameters AS (
    SELECT jsonb_object_agg(s.name, coalesce(o.option_value, s.setting)::float) AS p
      FROM ledger c CROSS JOIN pg_settings s
      LEFT JOIN LATERAL pg_options_to_table(c.reloptions) o ON o.option_name = s.name
     WHERE s.name ~ '^autovacuum_(vacuum_insert|analyze)_(threshold|scale_factor)$'
)
SELECT t.n_ins_since_vacuum > (p->'autovacuum_vacuum_insert_threshold')::float
                              + (p->'autovacuum_vacuum_insert_scale_factor')::float * c.unfrozen,
       t.n_mod_since_analyze > (p->'autovacuum_analyze_threshold')::float
                               + (p->'autovacuum_analyze_scale_factor')::float * c.reltuples
  FROM ledger c CROSS JOIN parameters JOIN pg_stat_all_tables t ON t.relid = c.oid
"""
