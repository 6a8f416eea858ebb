"""Kinds of notices: what each says in both languages, how serious it is, who its readers are (docs/messages.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


class Topic(TextChoices):
    """What a person chooses the delivery of, as a whole."""

    RECORDS = "records", _("Institutions and reports")
    WORK = "work", _("Work that waits for me")
    ACCESS = "access", _("People and API keys")
    SYSTEM = "system", _("Running of the portal")
    SECURITY = "security", _("Security of my account")
    TRAIL = "trail", _("Trail and its seals")


class Choice(TextChoices):
    """How messages of a topic reach a person, besides the list in the portal that holds them all."""

    AT_ONCE = "at_once", _("e-mail at once")
    DAILY = "daily", _("daily e-mail at 08:00")
    WEEKLY = "weekly", _("weekly e-mail, Monday at 08:00")
    IN_APP = "in_app", _("in the portal only")


DEFAULT_CHOICES: Mapping[Topic, Choice] = {
    Topic.RECORDS: Choice.DAILY,
    Topic.WORK: Choice.AT_ONCE,
    Topic.ACCESS: Choice.AT_ONCE,
    Topic.SYSTEM: Choice.AT_ONCE,
}
"""What holds for who has chosen nothing. A topic that is missing here is always at once: it is not to be chosen."""


class Severity(TextChoices):
    """How serious a notice is; an urgent one is always mailed at once."""

    INFO = "info", _("for information")
    WARNING = "warning", _("please check")
    URGENT = "urgent", _("urgent")


class Readers(StrEnum):
    """Groups of readers; `policies.notices` says who belongs to each, at the moment of delivery and of reading."""

    PERSON = "the person that the notice names"
    INSTITUTION = "whoever speaks for the institution"
    DIRECTORS = "directors of the institution or the operator"
    COUNTY_DESK = "officers of the county unit"
    OFFICERS = "officers of the region"
    AUDITORS = "auditors and audit administrators"
    SYSTEM_ADMINISTRATORS = "system administrators"
    SECURITY_ADMINISTRATORS = "security administrators"
    ADMINISTRATORS = "administrators"
    ADMINISTRATOR_NAMED = "the person that the notice names, while an administrator"


class Actor(TextChoices):
    """Who did something, where it was nobody with an account; people stand there by their names."""

    PORTAL = "—", _("the portal itself")

    SERVER = "", _("the administrator of the server")


class Everywhere(TextChoices):
    """Where a role holds that hangs on no place; places stand there by their names."""

    PORTAL = "", _("the whole portal")


class _Values(dict[str, object]):
    """What a text may name; an old notice may lack what its text of today names."""

    def __missing__(self, name: str) -> str:
        return "—"


@dataclass(frozen=True)
class Kind:
    """What a notice of one kind is. `parameters` are the names its texts need besides those of its subject.

    The texts know `%(institution)s`, `%(number)s`, `%(region)s` and `%(owner)s` (the institution with its number, or
    the operator) of the subject, and the parameters; a parameter named in `labels` is a code that is shown by its
    label. Parameters are shown to every reader as they are.
    """

    code: str
    topic: Topic
    severity: Severity
    readers: frozenset[Readers]
    subject: "StrPromise"
    body: "StrPromise"
    parameters: frozenset[str] = frozenset()
    labels: Mapping[str, type[TextChoices]] = field(default_factory=dict)

    @property
    def always_at_once(self) -> bool:
        """Whether no choice keeps its mail back."""
        return self.severity == Severity.URGENT or self.topic not in DEFAULT_CHOICES

    def texts(self, values: Mapping[str, object]) -> tuple[str, str]:
        """Subject and body in the language that is active; the subject is one line."""
        shown = _Values(
            (name, self.labels[name](value).label)
            if name in self.labels and value in self.labels[name].values
            else (name, value)
            for name, value in values.items()
        )
        return " ".join((str(self.subject) % shown).split()), str(self.body) % shown


def kind(  # a table's columns
    code: str,
    topic: Topic,
    severity: Severity,
    readers: set[Readers],
    subject: "StrPromise",
    body: "StrPromise",
    parameters: tuple[str, ...] = (),
    labels: Mapping[str, type[TextChoices]] | None = None,
) -> Kind:
    """One line of the table of kinds."""
    return Kind(code, topic, severity, frozenset(readers), subject, body, frozenset(parameters), labels or {})
