"""State machines as tables: which move leads from which states to which."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.shared.refusals import DomainError


class InvalidMove(DomainError):
    """The object is in a state from which this move does not lead anywhere."""

    code = "invalid_move"
    status = 409


@dataclass(frozen=True)
class Move:
    """A move by its name, the states that it starts from and the one it leads to."""

    name: str
    sources: frozenset[str] | set[str]
    goal: str


class Lifecycle:
    """The moves of one kind of object."""

    def __init__(self, *moves: Move) -> None:
        self.moves = moves

    def available(self, state: str) -> list[str]:
        """The moves that start here, in the table's order: they draw the buttons."""
        return list(dict.fromkeys(move.name for move in self.moves if state in move.sources))

    def target(self, name: str, state: str) -> str:
        """The state that a move leads to. Raises InvalidMove where it does not start here."""
        for move in self.moves:
            if move.name == name and state in move.sources:
                return move.goal
        raise InvalidMove(_("This step is not possible any more: the state has changed in the meantime."))

    def names(self) -> list[str]:
        """Every move by its name, once."""
        return list(dict.fromkeys(move.name for move in self.moves))

    def picture(self, states: Iterable[str]) -> str:
        """A Mermaid state diagram, for the documents."""
        drawn = [
            f"    {source} --> {move.goal}: {move.name}"
            for move in self.moves
            for source in states
            if source in move.sources
        ]
        return "\n".join(["stateDiagram-v2", *drawn])
