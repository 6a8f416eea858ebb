"""Events of the trail in words: who did what to which row, and what changed from what to what."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pilots.models import Institution, Operator, Region
from pilots.queries.trail import NAME_COLUMNS, Entry, Names, names_of
from pilots.states.recorded_acts import act_in_words
from portal.accounts.models import ApiKey, User
from portal.audit.tracking import SECRET_SUFFIX
from portal.shared.masking import mask_phone

UNTOLD = frozenset({"id", "recorded_at", "recorded_by", "is_demo", "closed_recorded_at", "institution"})
"""Columns that say nothing which the event does not say elsewhere: its instant, its author, whose row it is."""
NAMING = ("number", "name", "username", "prefix", "code", "indicator", "subject")
"""Columns by which a row is named, the first that it has."""
OWNERS: dict[str, type[models.Model]] = {
    "user_id": User,
    "person_id": User,
    "institution_id": Institution,
    "operator_id": Operator,
    "region_id": Region,
}
"""Columns that say whose a row is: a membership is a person's, for an institution."""
NONE = "—"


@dataclass(frozen=True)
class Change:
    """One column: its value before and after; empty where there was none."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Told:
    """One event in words."""

    at: datetime
    who: str
    what: str
    """What became of what: `Filing: added`."""
    subject: str
    """The row's name."""
    url: str
    act: str
    reason: str
    request: str
    address: str
    through: str
    """The route, command or task."""
    changes: Sequence[Change]

    @property
    def instant(self) -> str:
        """In Shanghai."""
        return timezone.localtime(self.at).strftime("%Y-%m-%d %H:%M:%S")


def told(entries: Sequence[Entry], *, linked: bool) -> list[Told]:
    """The events in words, `linked` to the files of institutions or not; one query for all names."""
    names = names_of(_mentioned(entries))
    return [_tell(entry, names, _url(entry) if linked else "") for entry in entries]


def _tell(entry: Entry, names: Names, url: str) -> Told:
    context = entry.context
    return Told(
        at=entry.at,
        who=_who(context, names),
        what=f"{entry.model._meta.verbose_name} · {_done(entry)}",
        subject=_subject(entry, names),
        url=url,
        act=act_in_words(context["act"]) if context.get("act") else "",
        reason=context.get("reason") or "",
        request=context.get("request") or "",
        address=context.get("address") or "",
        through=context.get("command") or context.get("task") or context.get("route") or "",
        changes=list(_changes(entry, names)),
    )


def _done(entry: Entry) -> str:
    words = {"insert": _("added"), "update": _("changed"), "delete": _("removed")}
    if entry.label in words:
        return words[entry.label]
    column = entry.label.removesuffix(SECRET_SUFFIX)
    field = _fields(entry.model).get(column)
    return _("%(secret)s changed") % {"secret": field.verbose_name if field else column}


def _who(context: dict[str, Any], names: Names) -> str:
    if context.get("user"):
        return names.get((User, str(context["user"])), _("account %(number)s") % {"number": context["user"]})
    if context.get("key"):
        prefix = names.get((ApiKey, str(context["key"])), str(context["key"]))
        return _("API key %(prefix)s") % {"prefix": prefix}
    if context.get("command"):
        return _("command on the server")
    if context.get("task"):
        return _("scheduled job")
    return _("visitor") if context.get("request") else _("outside the portal")


def _subject(entry: Entry, names: Names) -> str:
    row = entry.row
    if entry.model is Institution:
        return f"{row['number']} {row['name']}"
    owners = [names.get((model, str(row[column])), "") for column, model in OWNERS.items() if row.get(column)]
    if any(owners):
        return " · ".join(filter(None, owners))
    return next((str(row[name]) for name in NAMING if row.get(name)), entry.key)


def _url(entry: Entry) -> str:
    """The file of the institution itself; other rows are read in the trail."""
    return reverse("institution", args=[entry.row["number"]]) if entry.model is Institution else ""


def _changes(entry: Entry, names: Names) -> Iterator[Change]:
    """Columns that differ from the event before; of a new or removed row, all that hold something."""
    if entry.label.endswith(SECRET_SUFFIX):
        return
    for name, field in _fields(entry.model).items():
        column = str(field.column)
        if name in UNTOLD or column not in entry.row:
            continue
        old, new = entry.before.get(column), entry.row[column]
        if entry.label == "update" and old != new:
            yield Change(str(field.verbose_name), _words(field, old, names) or NONE, _words(field, new, names) or NONE)
        elif entry.label != "update" and new not in (None, "", 0, False):
            yield Change(str(field.verbose_name), "", _words(field, new, names))


def _words(field: "models.Field[Any, Any]", value: Any, names: Names) -> str:
    if value is None or value == "":
        return ""
    if field.related_model is not None:
        return names.get((_model_of(field), str(value)), str(value))
    if isinstance(value, bool):
        return pgettext("a value", "yes") if value else pgettext("a value", "no")
    if isinstance(field, models.DateTimeField):
        return timezone.localtime(datetime.fromisoformat(value)).strftime("%Y-%m-%d %H:%M")
    if "phone" in field.name:
        return mask_phone(str(value))
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return str(value)


def _mentioned(entries: Iterable[Entry]) -> Iterator[tuple[type[models.Model], str]]:
    """Every row that an event names: who did it, and what its columns refer to."""
    for entry in entries:
        for kind, model in (("user", User), ("key", ApiKey)):
            if entry.context.get(kind):
                yield model, str(entry.context[kind])
        for field in _fields(entry.model).values():
            if field.related_model is None or _model_of(field) not in NAME_COLUMNS:
                continue
            for row in (entry.row, entry.before):
                if row.get(str(field.column)) is not None:
                    yield _model_of(field), str(row[str(field.column)])


def _fields(model: type[models.Model]) -> "dict[str, models.Field[Any, Any]]":
    return {field.name: field for field in model._meta.local_fields}


def _model_of(field: "models.Field[Any, Any]") -> type[models.Model]:
    related = field.related_model
    assert isinstance(related, type)
    return related
