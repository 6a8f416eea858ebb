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
}


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
    acts = [act for path in modules() for node in functions(path).values() if (act := act_of(node))]
    assert len(acts) == len(set(acts)) > 10
    for act in acts:
        thing, _dot, done = act.partition(".")
        assert thing.replace("_", "").isalpha(), act
        assert done.endswith(("ed", "set", "sent", "withdrawn")), act


def test_no_exemption_is_out_of_date():
    known = {f"{path.stem}.{name}" for path in modules() for name in functions(path)}
    assert set(EXEMPT) <= known


def test_every_act_has_its_words_and_every_word_its_act():
    words = ast.parse((PROJECT / "pilots/states/acts.py").read_text(encoding="utf-8"))
    (told,) = [node.value for node in words.body if isinstance(node, ast.AnnAssign)]
    known = {ast.literal_eval(key) for key in told.keys}
    acts = {act for path in modules() for node in functions(path).values() if (act := act_of(node))}
    assert acts == known
