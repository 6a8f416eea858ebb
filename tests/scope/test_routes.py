"""Every route, every method, as everyone, at every place."""

from itertools import product

import pytest
from django.urls import reverse

from pilots.models import Institution, Membership, Operator
from pilots.states.roles import Role
from portal.shared.audience import routes
from tests.scope.addresses import ADDRESSES
from tests.scope.calls import METHODS, SAFE, Caller, serves, unregistered
from tests.scope.oracle import ACCOUNTS, BRAND, EVERYBODY, On, Verdict
from tests.scope.world import PLACES, World

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]

ASK_ALL_METHODS = {"province", "county", "clerk", "system-admin", "key", "wrong-key", "anonymous"}
"""Ask every route by every method: one of each door, and of each kind of right. The others ask by those it serves."""

ASKED: set[tuple[str, str, str]] = set()
"""Route, who and method of each question asked."""


def test_every_route_is_registered():
    names = [name for name, _view in routes()]
    assert unregistered({*names}) == []
    assert ADDRESSES.keys() - {*names} == set(), "lines of routes that are no more"
    assert len(names) == len({*names}), "two routes of one name"


def test_every_role_has_an_account(world: World):
    rows = Membership.objects.filter(user__is_demo=True).values_list(
        "user__username", "role", "region", "institution__number"
    )
    held = {username: (role, region or number) for username, role, region, number in rows}
    assert held.keys() == ACCOUNTS.keys()
    assert {role for role, _place in held.values()} == {*Role.values}
    for username, who in ACCOUNTS.items():
        place = held[username][1]
        if username not in ("assessor", "brand"):
            assert ({place} if place else set()) == who.tops | {*who.speaks}


def test_oracle_knows_the_operator(world: World):
    operator = Operator.objects.get(name="爱悦堡（示例）")
    assert set(Institution.objects.filter(operator=operator).values_list("number", flat=True)) == {*BRAND}


def places_for(route: str, method: str) -> list[str]:
    """Where to ask: wherever a page may show something, at some places where something may change, else at one."""
    line = ADDRESSES[route]
    if not serves(line, method) or (line.on == On.NOTHING and (method in SAFE or not line.body)):
        return ["own county"]
    if method == "GET":
        return [place for place in PLACES if line.on == On.REGION or place != "province"]
    return ["other county"] if method in SAFE else ["own county", "beside", "other county", "辛集市"]


def questions(name: str) -> list[tuple[str, str]]:
    """Routes, and by which method someone asks them."""
    return [
        (route, method)
        for route, method in product(ADDRESSES, METHODS)
        if name in ASK_ALL_METHODS or serves(ADDRESSES[route], method)
    ]


@pytest.mark.parametrize("name", EVERYBODY)
def test_gate_answers_as_the_oracle_says(caller: Caller, name: str):
    found = []
    for route, method in questions(name):
        for label in places_for(route, method):
            found += caller.try_route(name, route, caller.world.places[label], method)
        ASKED.add((route, name, method))
    assert not found, "\n".join(found)
    mine = {(route, method) for route, who, method in ASKED if who == name}
    assert mine == {*questions(name)}
    assert {route for route, _method in mine} == {each for each, _view in routes()}


@pytest.mark.parametrize("name", ["province", "county", "clerk"])
def test_identifiers_of_two_places_do_not_go_together(caller: Caller, name: str):
    """Nobody reaches something of another institution by naming an own one before it."""
    mine, theirs = caller.world.places["own county"], caller.world.places["other county"]
    asked = 0
    for route, line in ADDRESSES.items():
        first, *own = line.args(mine) or [None]
        rest = line.args(theirs)[1:]
        if rest != own:  # a figure's name, or a year, is nobody's
            url = reverse(route, args=[first, *rest])
            for method in line.methods.split():
                answer = caller.call(name, url, method, line.body(mine) if line.body else None)
                assert (answer.verdict in (Verdict.HIDDEN, Verdict.FORBIDDEN), answer.written) == (True, frozenset())
                asked += 1
    assert asked > 0
