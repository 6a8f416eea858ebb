"""Every operation that writes carries the name of its act; read from the source, so that none is forgotten."""

import ast
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
WRITES = {
    "save",
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "acreate",
    "create_user",
    "set",
    "add",
    "clear",
}
MANAGED = {"set", "add", "clear", "update"}
"""Names that sets and dictionaries have too: a write only behind a manager or a queryset."""
EXEMPT = {
    "nightly.compute_days": "the night run keeps a ledger of its own (NightRun); what it writes is derived",
    "nightly.run_night": "as compute_days",
    "snapshots.store_counties": "writes derived tables, inside the night run",
    "snapshots.store_regions_above": "as store_counties",
    "snapshots.store_target_progress": "as store_counties",
    "demo_people.create_accounts": "a part of load_demo, under its act",
    "accounts.close_other_ways": "a part of grant_administration, under its act",
    "accounts.note": "a line of the account's ledger, under the act that it is the line of",
    "memberships.finish": "a part of end_membership and end_administration, under their acts",
    "memberships.give_unconfined": "a part of grant_administration, under its act",
    "notices.notify": "a line of the outbox, under the act that it tells of",
    "notices.deliver_due": "work of the queue: messages and counts of unread ones are derived from notices and rights",
    "notices.recount_unread": "a derived count, which leaves no trail",
    "notices.unread_count": "as recount_unread",
    "notices.mark_read": "a reader's mark on a message of one's own, which leaves no trail",
    "notices.mark_all_read": "as mark_read",
    "deliveries.send_due": "work of the queue: the rows of e-mails are the record of what was sent",
    "deliveries.record_bounce": "as send_due: what a mail server answered later",
}
ONE_ACT = {"key.created": "a key is created, be it for one institution or for all of an operator"}
"""Acts of several operations."""
PAST = ("ed", "set", "sent", "made", "given", "taken", "chosen", "withdrawn")
"""How a word in the past tense ends."""
TWO_PERSONS = PROJECT / "portal/approvals/two_person.py"


def modules():
    return sorted(path for app in ("pilots", "ratings") for path in (PROJECT / app).glob("operations/**/*.py"))


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def writes_itself(function):
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, owner = node.func.attr, ast.unparse(node.func.value)
        if name in WRITES - MANAGED or (name in MANAGED and ("objects" in owner or "filter(" in owner)):
            return True
        if name == "execute" and any(word in ast.unparse(node) for word in ("INSERT", "UPDATE", "DELETE")):
            return True
    return False


def writers(path):
    """Public functions that write, themselves or through private ones of their module."""
    found = functions(path)
    writing = {name for name, node in found.items() if writes_itself(node)}
    calls = {
        name: {
            each.id for each in ast.walk(node) if isinstance(each, ast.Name) and each.id in found and each.id != name
        }
        for name, node in found.items()
    }
    grown = True
    while grown:
        more = {name for name, called in calls.items() if called & writing} - writing
        writing |= more
        grown = bool(more)
    return {name: found[name] for name in writing if not name.startswith("_")}


def act_of(function):
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "recorded":
            return ast.literal_eval(decorator.args[0])
    return None


def all_acts():
    """Acts of operations, and those of the two-person rule, which are methods."""
    found = [act for path in modules() for node in functions(path).values() if (act := act_of(node))]
    methods = ast.walk(ast.parse(TWO_PERSONS.read_text(encoding="utf-8")))
    return found + [act for node in methods if isinstance(node, ast.FunctionDef) and (act := act_of(node))]


def test_writers_are_found():
    """The check can fail: it sees direct writes, writes through private functions, and reads for what they are."""
    capacity = writers(PROJECT / "pilots/operations/capacity.py")
    assert set(capacity) == {"report_capacity", "correct_report"}
    assert "load_demo" in writers(PROJECT / "pilots/operations/demo.py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.stem)
def test_every_public_writing_operation_is_recorded(path):
    silent = [
        name for name, node in writers(path).items() if act_of(node) is None and f"{path.stem}.{name}" not in EXEMPT
    ]
    assert silent == []


def test_acts_are_named_thing_and_past_tense_and_once():
    acts = all_acts()
    assert {act for act in acts if acts.count(act) > 1} == set(ONE_ACT)
    assert len(set(acts)) > 10
    for act in acts:
        thing, _dot, done = act.partition(".")
        assert thing.replace("_", "").isalpha(), act
        assert any(word.endswith(PAST) for word in done.split("_")), act


def test_no_exemption_is_out_of_date():
    known = {f"{path.stem}.{name}" for path in modules() for name in functions(path)}
    assert set(EXEMPT) <= known


def test_every_act_has_its_words_and_every_word_its_act():
    words = ast.parse((PROJECT / "pilots/states/recorded_acts.py").read_text(encoding="utf-8"))
    (told,) = [node.value for node in words.body if isinstance(node, ast.AnnAssign)]
    known = {ast.literal_eval(key) for key in told.keys}
    assert set(all_acts()) == known
