"""Whether the database still records and refuses: its triggers, held against those that the models name."""

import re
from collections.abc import Iterator
from functools import cache

import pgtrigger
from django.db import connection

from portal.shared.triggers import TriggerSql

Name = tuple[str, str]
"""Table and trigger."""

MISSING = "its trigger is missing or switched off"
REPLACED = "the function of its trigger is another one"
ALTERED = "its trigger is defined in another way"
FOREIGN = "a trigger or rule that is none of the portal's"

_TRIGGERS = """
SELECT c.relname::text, t.tgname::text, t.tgenabled IN ('O', 'A'), pg_get_triggerdef(t.oid), p.prosrc,
       l.lanname = 'plpgsql' AND p.proconfig IS NULL AND NOT p.prosecdef
  FROM pg_trigger t
  JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_proc p ON p.oid = t.tgfoid
  JOIN pg_language l ON l.oid = p.prolang
 WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
"""
_RULES = """
SELECT c.relname::text, r.rulename::text FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
 WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
"""
_NOISE = re.compile(r"::\w+|\bpublic\.|[\s()\"]+")
"""Casts, schema, brackets and quotes: PostgreSQL writes a trigger back with more of them than it was given."""
_EVENTS = re.compile(r"(?:(?<=after )|(?<=before ))[a-z ]+(?= on )")


def faults() -> Iterator[tuple[str, str, str]]:
    """Table, trigger, and what is wrong with it."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS)
        found = {(table, name): state for table, name, *state in cursor.fetchall()}
        cursor.execute(_RULES)
        rules: list[Name] = list(cursor.fetchall())
    expected = _expected()
    for name, (definition, body) in expected.items():
        active, its_definition, its_body, plain = found.pop(name, (False, "", "", False))
        if not active:
            yield *name, MISSING
        elif its_body != body or not plain:
            yield *name, REPLACED
        elif canonical(its_definition) != definition:
            yield *name, ALTERED
    tables = {table for table, _name in expected}
    yield from ((*name, FOREIGN) for name in [*sorted(found), *sorted(rules)] if name[0] in tables)


def canonical(definition: str) -> str:
    """A trigger's statement without what PostgreSQL adds when it writes it back; its events in one order."""
    text = " ".join(definition.lower().replace("execute procedure", "execute function").split())
    text = _EVENTS.sub(lambda events: " or ".join(sorted(events[0].split(" or "))), text)
    return _NOISE.sub("", text)


@cache
def _expected() -> dict[Name, tuple[str, str]]:
    """Definition and function's body of every trigger that the models name."""
    compiled = [(model._meta.db_table, trigger.compile(model).sql) for model, trigger in pgtrigger.registered()]
    compiled.sort(key=lambda pair: (pair[0], pair[1].pgid))
    return {
        (table, sql.pgid): (canonical(sql.definition), sql.body)
        for table, sql in compiled
        if isinstance(sql, TriggerSql)
    }
