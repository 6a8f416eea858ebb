"""The seals, and every way to alter the trail behind the application's back."""

import random

import pytest
from django.db import connection, transaction

from portal.audit.digests import event_tables
from portal.audit.models import Leaf, Seal
from portal.audit.publishing import append_to_file
from portal.audit.tracking import event_models
from portal.audit.verifying import anchor_file, read_anchors, verify
from tests.portal.audit.acts import run, seal, spread_over_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def anchors(settings, tmp_path):
    settings.AUDIT_SEAL_DIRECTORY = tmp_path / "seals"
    return tmp_path / "seals"


@pytest.fixture
def sealed(anchors):
    """A trail of three sealed days: all of the demonstration's events."""
    spread_over_days(3)
    assert len(seal()) == 3
    append_to_file()


def test_untouched_trail_of_more_than_a_thousand_events_is_verified(sealed):
    report = verify(read_anchors(anchor_file()))
    assert (report.findings, report.seals) == ([], 3)
    assert report.leaves == sum(model.objects.count() for model in event_models()) > 1_000


def test_catalogue_knows_the_tables_of_all_event_models():
    assert event_tables() == [model._meta.db_table for model in event_models()]


def test_untouched_trail_of_ten_thousand_events_is_verified(anchors):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pilots_operator (name, brand, credit_code)"
            " SELECT 'trail ' || n, '', '' FROM generate_series(1, 10000) n"
        )
        cursor.execute("UPDATE pilots_operator SET brand = 'new' WHERE name LIKE 'trail %'")
    spread_over_days(5)
    seal()
    report = verify()
    assert report.findings == []
    assert report.leaves > 20_000


def random_event(dice):
    """A table with events, and some of their ids."""
    table = dice.choice([name for name in event_tables() if ids_of(name)])
    return table, ids_of(table)


def ids_of(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pgh_id FROM {table} ORDER BY 1")
        return [number for (number,) in cursor.fetchall()]


def columns_of(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} LIMIT 0")
        return [column.name for column in cursor.description]


def one(sql, *parameters):
    assert run(sql, *parameters) >= 1, sql


def update(dice):
    table, ids = random_event(dice)
    changes = [
        "pgh_label = pgh_label || ' '",
        "pgh_created_at = pgh_created_at + interval '1 microsecond'",
        "pgh_created_at = pgh_created_at + interval '10 days'",
        "pgh_created_at = 'infinity'",
        "pgh_context = NULL" if table == "pilots_regionevent" else 'pgh_context = \'{"act": "nothing"}\'',
        "id = -id" if "id" in columns_of(table) else "pgh_label = 'x'",
        "pgh_id = -pgh_id",
    ]
    chosen = dice.choice(ids)
    one(f"UPDATE {table} SET {dice.choice(changes)} WHERE pgh_id = %s", chosen)
    return table


def delete(dice):
    table, ids = random_event(dice)
    one(f"DELETE FROM {table} WHERE pgh_id = ANY(%s)", dice.sample(ids, min(len(ids), dice.choice([1, 1, 2, 5]))))
    return table


def insert(dice):
    table, ids = random_event(dice)
    copied = ", ".join(name for name in columns_of(table) if name not in ("pgh_id", "pgh_created_at"))
    number = f"nextval(pg_get_serial_sequence('{table}', 'pgh_id'))"
    instant = dice.choice(["pgh_created_at", "'2001-01-01'", "'-infinity'", "now() + interval '1 day'", "'infinity'"])
    one(
        f"INSERT INTO {table} (pgh_id, pgh_created_at, {copied})"
        f" SELECT {number}, {instant}, {copied} FROM {table} WHERE pgh_id = %s",
        dice.choice(ids),
    )
    return table


def swap(dice):
    """Two rows with each other's ids: each is there, at the other's place."""
    table = dice.choice([name for name in event_tables() if len(ids_of(name)) > 1])
    first, second = dice.sample(ids_of(table), 2)
    one(f"UPDATE {table} SET pgh_id = -1 WHERE pgh_id = %s", first)
    one(f"UPDATE {table} SET pgh_id = %s WHERE pgh_id = %s", first, second)
    one(f"UPDATE {table} SET pgh_id = %s WHERE pgh_id = -1", second)
    return table


def swap_leaves(dice):
    (day, first), (_day, second) = dice.sample(
        list(Leaf.objects.filter(day=last_day()).values_list("day", "position")), 2
    )
    one("UPDATE audit_leaf SET position = 0 WHERE day = %s AND position = %s", day, first)
    one("UPDATE audit_leaf SET position = %s WHERE day = %s AND position = %s", first, day, second)
    one("UPDATE audit_leaf SET position = %s WHERE day = %s AND position = 0", second, day)
    return "audit_leaf"


def edit_leaf(dice):
    day, position = dice.choice(list(Leaf.objects.values_list("day", "position")))
    changes = [
        "digest = sha256('x')",
        "chain = sha256('x')",
        "event_id = -event_id",
        "table_name = 'pilots_x'",
        "position = position + 100000",
        "day = day - 100",
        "day = 'infinity'",
    ]
    one(f"UPDATE audit_leaf SET {dice.choice(changes)} WHERE day = %s AND position = %s", day, position)
    return "audit_leaf"


def edit_seal(dice):
    changes = [
        "events = events + 1",
        "root = sha256('x')",
        "previous = sha256('x')",
        "digest = sha256('x')",
        "sealed_at = sealed_at + interval '1 second'",
        "day = day - 100",
        "day = day + 100",
        "sealed_at = 'infinity'",
    ]
    day = dice.choice(list(Seal.objects.values_list("day", flat=True)))
    one(f"UPDATE audit_seal SET {dice.choice(changes)} WHERE day = %s", day)
    return "audit_seal"


def cut_tail(dice):
    """The newest events of the last day with their leaves; the seal made anew so that everything fits."""
    gone = list(Leaf.objects.filter(day=last_day()).order_by("-position")[: dice.randrange(1, 20)])
    for leaf in gone:
        one(f"DELETE FROM {leaf.table_name} WHERE pgh_id = %s", leaf.event_id)
        one("DELETE FROM audit_leaf WHERE day = %s AND position = %s", leaf.day, leaf.position)
    if dice.random() < 0.5:
        one("DELETE FROM audit_seal WHERE day = %s", last_day())
        if dice.random() < 0.5:
            seal()
    return "audit_seal"


def cut_last_days(dice):
    """Everything of the last days: events, leaves and seals."""
    first = dice.choice(sorted(Seal.objects.values_list("day", flat=True)))
    for table, event in Leaf.objects.filter(day__gte=first).values_list("table_name", "event_id"):
        run(f"DELETE FROM {table} WHERE pgh_id = %s", event)
    one("DELETE FROM audit_leaf WHERE day >= %s", first)
    one("DELETE FROM audit_seal WHERE day >= %s", first)
    return "audit_seal"


def seal_anew(dice):
    """Change an event, then seal all days again from the first."""
    table = update(dice)
    run("DELETE FROM audit_leaf")
    run("DELETE FROM audit_seal")
    seal()
    assert table
    return "audit_seal"


def last_day():
    return Leaf.objects.order_by("day").last().day


ACTS = (update, delete, insert, swap, swap_leaves, edit_leaf, edit_seal, cut_tail, cut_last_days, seal_anew)
WEIGHTS = (20, 15, 20, 15, 5, 10, 10, 3, 1, 1)


def test_a_thousand_random_acts_are_all_reported(anchors):
    for table in event_tables():
        run(f"DELETE FROM {table} WHERE pgh_id > (SELECT min(pgh_id) + 15 FROM {table})")
    spread_over_days(3)
    assert len(seal()) == 3
    append_to_file()
    kept = read_anchors(anchor_file())
    assert verify(kept).findings == []
    dice = random.Random(20211101)
    done = dict.fromkeys(ACTS, 0)
    for _number in range(1_000):
        act = dice.choices(ACTS, WEIGHTS)[0]
        savepoint = transaction.savepoint()
        table = act(dice)
        findings = verify(kept).findings
        assert findings, act
        assert table in {finding.table for finding in findings}, (act, findings)
        transaction.savepoint_rollback(savepoint)
        done[act] += 1
    assert all(done.values())
    assert verify(kept).findings == []
