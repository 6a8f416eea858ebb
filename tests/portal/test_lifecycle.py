"""State machines as tables: every move from every state."""

from pathlib import Path

import pytest

from portal.approvals.states import PROPOSAL, State
from portal.shared.lifecycle import InvalidMove, Lifecycle, Move

DOCS = Path(__file__).parents[2] / "docs"

# name → the machine, its states, what each move leads to from where it may be made, and the document with its picture.
LIFECYCLES = {
    "proposal": (
        PROPOSAL,
        State,
        {
            ("confirm", "open"): "confirmed",
            ("refuse", "open"): "refused",
            ("withdraw", "open"): "withdrawn",
            ("expire", "open"): "expired",
        },
        "two-person-rule.md",
    ),
}


def steps():
    for name, (machine, states, _wanted, _page) in LIFECYCLES.items():
        for move in machine.names():
            for state in states:
                yield name, move, state.value


@pytest.mark.parametrize(("name", "move", "state"), list(steps()))
def test_move_leads_where_the_table_says_or_nowhere(name, move, state):
    machine, _states, wanted, _page = LIFECYCLES[name]
    if (move, state) in wanted:
        assert machine.target(move, state) == wanted[move, state]
        assert move in machine.available(state)
        return
    assert move not in machine.available(state)
    with pytest.raises(InvalidMove) as refusal:
        machine.target(move, state)
    assert (refusal.value.code, refusal.value.status) == ("invalid_move", 409)


@pytest.mark.parametrize("name", LIFECYCLES)
def test_moves_lead_to_known_states(name):
    machine, states, wanted, _page = LIFECYCLES[name]
    known = {state.value for state in states}
    assert {move.goal for move in machine.moves} <= known
    assert {source for move in machine.moves for source in move.sources} <= known
    assert {move for move, _state in wanted} == set(machine.names())


@pytest.mark.parametrize("name", LIFECYCLES)
def test_document_holds_the_picture(name):
    machine, states, _wanted, page = LIFECYCLES[name]
    assert machine.picture([state.value for state in states]) in (DOCS / page).read_text()


def test_one_move_may_lead_to_different_states():
    door = Lifecycle(Move("push", {"shut"}, "open"), Move("push", {"open"}, "wide"), Move("slam", {"wide"}, "shut"))
    assert (door.target("push", "shut"), door.target("push", "open")) == ("open", "wide")
    assert door.available("open") == ["push"]
    assert door.names() == ["push", "slam"]
    with pytest.raises(InvalidMove):
        door.target("bang", "open")
