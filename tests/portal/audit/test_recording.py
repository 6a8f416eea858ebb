"""Triggers that were taken away, switched off, replaced or added: each is named."""

import pgtrigger
import pytest
from django.db import connection

from portal.audit.recording import ALTERED, FOREIGN, MISSING, REPLACED, faults
from portal.audit.verifying import What, verify
from portal.shared.triggers import TriggerSql

pytestmark = pytest.mark.django_db


def trigger_of(table, name):
    """A trigger's name in the database."""
    for model, trigger in pgtrigger.registered():
        if (model._meta.db_table, trigger.name) == (table, name):
            return trigger.get_pgid(model)
    raise LookupError(name)


def do(*statements):
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


UPDATE = trigger_of("pilots_operator", "update_update")
INSERT = trigger_of("pilots_operator", "insert_insert")
CLOSES = trigger_of("pilots_institution", "institution_closes_once")


def test_no_trigger_has_a_guard_that_a_session_can_set():
    for model, trigger in pgtrigger.registered():
        compiled = trigger.compile(model)
        assert isinstance(compiled.sql, TriggerSql), (model, trigger)
        assert "should_ignore" not in compiled.install_sql


def test_untouched_database_is_without_fault():
    assert len(pgtrigger.registered()) > 100
    assert list(faults()) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger t JOIN pg_proc p ON p.oid = tgfoid WHERE prosrc ~ 'ignore'")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    "header", ["LANGUAGE plpgsql", "LANGUAGE plpgsql SECURITY DEFINER", "LANGUAGE plpgsql SET search_path = pg_catalog"]
)
@pytest.mark.parametrize("body", ["BEGIN RETURN NULL; END", None])
def test_replaced_function_is_named(header, body):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [UPDATE])
        (kept,) = cursor.fetchone()
    do(f"CREATE OR REPLACE FUNCTION {UPDATE}() RETURNS trigger {header} AS $${body or kept}$$")
    untouched = body is None and header == "LANGUAGE plpgsql"
    assert list(faults()) == ([] if untouched else [("pilots_operator", UPDATE, REPLACED)])
    if not untouched:
        (finding,) = verify().findings
        assert (finding.table, finding.id, finding.what) == ("pilots_operator", UPDATE, What.NOT_RECORDING)
        assert str(finding).startswith(f"pilots_operator {UPDATE}, no day: not recording")


@pytest.mark.parametrize(
    "sql",
    [
        f"DROP TRIGGER {UPDATE} ON pilots_operator",
        f"ALTER TABLE pilots_operator DISABLE TRIGGER {UPDATE}",
        f"ALTER TABLE pilots_operator ENABLE REPLICA TRIGGER {UPDATE}",
    ],
)
def test_missing_and_disabled_triggers_are_named(sql):
    do(sql)
    assert list(faults()) == [("pilots_operator", UPDATE, MISSING)]


@pytest.mark.parametrize(
    ("table", "name", "definition"),
    [
        ("pilots_operator", UPDATE, "AFTER UPDATE ON {} FOR EACH ROW WHEN (false)"),
        ("pilots_operator", UPDATE, "AFTER UPDATE OF brand ON {} FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)"),
        ("pilots_operator", UPDATE, "AFTER DELETE ON {} FOR EACH ROW"),
        ("pilots_operator", INSERT, "AFTER INSERT ON {} REFERENCING NEW TABLE AS old_values FOR EACH STATEMENT"),
        ("pilots_institution", CLOSES, "BEFORE UPDATE ON {} FOR EACH ROW WHEN (OLD.closed_on > NEW.closed_on)"),
    ],
)
def test_trigger_that_is_defined_otherwise_is_named(table, name, definition):
    made = f"CREATE TRIGGER {name} {definition.format(table)} EXECUTE FUNCTION {name}()"
    do(f"DROP TRIGGER {name} ON {table}", made)
    assert list(faults()) == [(table, name, ALTERED)]


def test_function_of_the_same_name_elsewhere_is_named():
    do(
        "CREATE SCHEMA elsewhere",
        f"CREATE FUNCTION elsewhere.{UPDATE}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        f"DROP TRIGGER {UPDATE} ON pilots_operator",
        f"CREATE TRIGGER {UPDATE} AFTER UPDATE ON pilots_operator FOR EACH ROW"
        f" WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION elsewhere.{UPDATE}()",
    )
    assert list(faults()) == [("pilots_operator", UPDATE, REPLACED)]


def test_trigger_and_rule_that_swallow_events_are_named():
    do(
        "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER swallow BEFORE INSERT ON pilots_operatorevent FOR EACH ROW EXECUTE FUNCTION swallow()",
        "CREATE RULE nothing AS ON INSERT TO pilots_regionevent DO INSTEAD NOTHING",
    )
    assert list(faults()) == [
        ("pilots_operatorevent", "swallow", FOREIGN),
        ("pilots_regionevent", "nothing", FOREIGN),
    ]
