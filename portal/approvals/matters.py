"""What the mechanism must know of an act before it can wait for a second person; and which acts do."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise

from portal.accounts.models import User
from portal.approvals.arguments import Arguments, Shape
from portal.approvals.models import Proposal

Text = str | Promise


@dataclass(frozen=True)
class Subject:
    """What an act is about. Of one act and key there is at most one open proposal."""

    key: str
    label: str
    """In the language at hand; the mechanism asks once for each language."""
    place: str
    """By it `visible` and the pages of the field find the proposal."""
    office: str
    """By it `may_confirm` finds it: whose officers decide."""


@dataclass(frozen=True)
class Change:
    """One value before and after, as readers see it."""

    label: Text
    old: str
    new: str

    @property
    def changed(self) -> bool:
        """Whether the act changes this value."""
        return self.old != self.new


class Matter(ABC):
    """The words and looks of an act. Subclasses state the three texts and at least `subject` and `visible`."""

    name: Text
    proposers: Text
    """Who proposes, for the matrix that users read."""
    confirmers: Text

    @abstractmethod
    def subject(self, arguments: Arguments) -> Subject:
        """What the act is about."""

    @abstractmethod
    def visible(self, user: User) -> Q:
        """Over proposals: which of this act the user sees at all."""

    def check(self, arguments: Arguments, at: datetime) -> None:  # noqa: B027  # nothing to check is an answer
        """Refuse (DomainError) what the operation would refuse as well, already when it is proposed."""

    def ready(self, arguments: Arguments, at: datetime) -> None:  # noqa: B027  # mostly it is
        """Refuse (DomainError) what may still be amiss when it is proposed, but not when it is confirmed.

        The operation refuses it; the proposal's page says beforehand what has to be done.
        """

    def changes(self, arguments: Arguments) -> list[Change]:
        """What exactly changes, from the values that stood when it was proposed."""
        return []

    def link(self, proposal: Proposal) -> str:
        """The address of the subject's page, or nothing."""
        return ""


@dataclass(frozen=True)
class Adoption:
    """An act that needs two people."""

    act: str
    operation: Callable[..., Any]
    matter: Matter
    may_propose: Callable[[User, Arguments], bool]
    may_confirm: Callable[[User], Q]
    shape: Shape


ADOPTED: dict[str, Adoption] = {}
"""By the act's name in the trail. Filled where operations are adopted; each app's `adoptions` imports its own."""


def two_person_acts() -> list[Adoption]:
    """The matrix: every act that needs two people, with who proposes and who confirms."""
    return [ADOPTED[act] for act in sorted(ADOPTED)]
