"""Every operation of the interface's own description is in the table, and the other way round."""

import json
import re

import pytest
from django.urls import resolve

from portal.shared.audience import Audience
from tests.scope.addresses import ADDRESSES
from tests.scope.calls import METHODS, SAFE, Caller
from tests.scope.oracle import EVERYBODY, Verdict

pytestmark = pytest.mark.django_db


def operations(caller: Caller) -> set[tuple[str, str]]:
    """Route and method of each operation that the document describes."""
    text = caller.call("anonymous", caller.address("api:schema", caller.world.places["own county"])).text
    paths = json.loads(text.split("\n", 1)[1])["paths"]
    return {
        (resolve(re.sub(r"\{\w+\}", "1", path)).view_name, method.upper())
        for path, described in paths.items()
        for method in described
        if method.upper() in METHODS
    }


def test_every_operation_is_in_the_table(caller: Caller):
    listed = {
        (route, method)
        for route, line in ADDRESSES.items()
        if caller.audiences[route] == Audience.API
        for method in line.methods.split()
        if method != "OPTIONS"
    }
    assert operations(caller) == listed


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_operation_keeps_to_its_callers_institutions(caller: Caller, name: str):
    """With a key or a session: what is not the caller's is not there, and is not changed."""
    answers = set()
    for route, method in sorted(operations(caller)):
        for place in caller.world.places.values():
            if method in SAFE or ADDRESSES[route].body:
                assert caller.try_route(name, route, place, method) == []
                answers.add(caller.expected(name, route, place, method))
    assert Verdict.HIDDEN in answers or EVERYBODY[name].door in ("none", "no key")
    if EVERYBODY[name].door == "key":
        assert answers >= {Verdict.ADMITTED, Verdict.HIDDEN}


def test_revoked_and_wrong_keys_are_told_apart_only_to_whoever_holds_one(caller: Caller):
    url = caller.address("api:capacity_reports", caller.world.places["own county"])
    codes = {
        name: re.findall(r'"code":"(\w+)"', caller.call(name, url).text)[0] for name in ("revoked-key", "wrong-key")
    }
    assert codes == {"revoked-key": "revoked_key", "wrong-key": "wrong_key"}
