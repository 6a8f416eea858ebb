"""Events of the trail: of one object, and searched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, F, Func, JSONField, Model, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from pilots.models import Institution, Kindergarten, Operator, Region
from pilots.policies.standing import Principal
from pilots.policies.timelines import Part, Subject, parts_of, rows_of_institution
from pilots.policies.trail import readable_events
from pilots.queries.trail_names import rows_named
from portal.accounts.models import ApiKey, User
from portal.audit.tracking import TrailEvent, event_models, tracked_model

PEOPLE_AT_MOST = 500
COLUMNS = ("in_table", "pgh_id", "pgh_created_at", "pgh_label", "of_row", "pgh_context", "as_then", "as_before")
NAME_COLUMNS: dict[type[Model], str] = {
    User: "name",
    ApiKey: "prefix",
    Region: "name",
    Institution: "name",
    Operator: "name",
    Kindergarten: "name",
}
"""By which column rows are named where others refer to them."""

Condition = tuple[type[TrailEvent], Q]
Names = dict[tuple[type[Model], str], str]


@dataclass(frozen=True)
class Entry:
    """One event: what became of a row, who did it and why."""

    model: type[Model]
    """The tracked model."""
    number: int
    at: datetime
    label: str
    key: str
    """The row's primary key."""
    context: dict[str, Any]
    row: dict[str, Any]
    """The row as it was then, in the form of JSON."""
    before: dict[str, Any]
    """The row at its event before this one; empty where there is none."""


@dataclass(frozen=True)
class Asked:
    """What is searched for; empty values do not restrict."""

    first: date
    last: date
    people: Sequence[int] | None = None
    """Users; an empty list finds nothing."""
    act: str = ""
    table: str = ""
    institution: int | None = None
    record: str = ""
    """What names the row that was changed, or the person, institution, operator or region whose it is."""
    request: str = ""


@dataclass(frozen=True)
class Search:
    """Events that a principal may read and asked for, newest first; Django's Paginator counts and cuts it."""

    conditions: list[Condition]
    _counted: list[int] = field(default_factory=list)

    def count(self) -> int:
        """How many."""
        if not self._counted:
            branches = [model.objects.filter(condition).values("pgh_id") for model, condition in self.conditions]
            self._counted.append(branches[0].union(*branches[1:], all=True).count() if branches else 0)
        return self._counted[0]

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[Entry]:
        return _entries(self.conditions, part.start or 0, part.stop)


def timeline(principal: Principal, subject: Subject, *, at_most: int) -> list[Entry]:
    """The latest events of an object and of everything that is its own, newest first.

    As far as the principal, who sees the object's page, may read them there (`pilots/policies/timelines.py`).
    """
    parts = {part.model: part for part in parts_of(subject, principal)}
    conditions = [
        (model, parts[tracked_model(model)].events) for model in event_models() if tracked_model(model) in parts
    ]
    return [_told_part(entry, parts[entry.model]) for entry in _entries(conditions, 0, at_most)]


def search(principal: Principal, asked: Asked) -> Search:
    """Events of the days asked for, both included, that the principal may read."""
    if asked.people is not None and not asked.people:
        return Search([])
    own = dict(rows_of_institution(asked.institution)) if asked.institution is not None else None
    conditions = []
    for model in event_models():
        tracked = tracked_model(model)
        readable = readable_events(principal, tracked)
        named = rows_named(tracked, asked.record, by_number=bool(asked.table)) if asked.record else Q()
        if readable is None or named is None or (own is not None and tracked not in own):
            continue
        if asked.table and model._meta.db_table != asked.table:
            continue
        conditions.append((model, readable & named & (own[tracked] if own is not None else Q()) & _asked_for(asked)))
    return Search(conditions)


def people_named(text: str) -> list[int]:
    """Users with this user name, or with this in their name."""
    found = User.objects.filter(Q(username__iexact=text) | Q(name__icontains=text))
    return list(found.order_by("pk").values_list("pk", flat=True)[:PEOPLE_AT_MOST])


def names_of(wanted: Iterable[tuple[type[Model], str]]) -> Names:
    """Names of rows by model and primary key, in one query."""
    keys: dict[type[Model], set[str]] = {}
    for model, key in wanted:
        keys.setdefault(model, set()).add(key)
    branches = [
        _rows_of(model)
        .filter(pk__in=sorted(found))
        .order_by()
        .values_list(Value(model._meta.label), Cast("pk", TextField()), Cast(F(NAME_COLUMNS[model]), TextField()))
        for model, found in keys.items()
    ]
    if not branches:
        return {}
    by_label = {model._meta.label: model for model in keys}
    rows = branches[0].union(*branches[1:], all=True)
    return {(by_label[label], key): name for label, key, name in rows}


def _rows_of(model: type[Model]) -> QuerySet[Model]:
    return QuerySet(model)


def _told_part(entry: Entry, part: Part) -> Entry:
    """Without the columns that are not for the reader."""

    def cut(row: dict[str, Any]) -> dict[str, Any]:
        kept = row.keys() if part.told is None else row.keys() & part.told
        return {column: row[column] for column in kept - part.untold}

    return replace(entry, row=cut(entry.row), before=cut(entry.before))


class _RowAsJson(Func):
    """The whole row of the event table, as PostgreSQL writes it in JSON."""

    arity = 0
    output_field = JSONField()

    def as_sql(  # type: ignore[override]  # it needs none of the parts of a function's template
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[str | int]]:
        """`to_jsonb(table)`."""
        alias = compiler.query.get_initial_alias()
        return f"to_jsonb({compiler.quote_name_unless_alias(str(alias))})", []


def _entries(conditions: list[Condition], begin: int, end: int) -> list[Entry]:
    if not conditions or end <= begin:
        return []
    branches = [_newest(model, condition, end) for model, condition in conditions]
    found = branches[0].union(*branches[1:], all=True) if len(branches) > 1 else branches[0]
    if len(branches) > 1:
        found = found.order_by("-pgh_created_at", "in_table", "-pgh_id")
    models = {model._meta.db_table: tracked_model(model) for model, _condition in conditions}
    return [
        Entry(models[table], number, at, label, key, context or {}, row, before or {})
        for table, number, at, label, key, context, row, before in found[begin:end]
    ]


def _newest(model: type[TrailEvent], condition: Q, end: int) -> QuerySet[Any, Any]:
    """The newest events of one table. PostgreSQL looks up the event before each only for these, after the sort."""
    earlier = model.objects.filter(pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id")).order_by("-pgh_id")
    found = model.objects.filter(condition).annotate(
        in_table=Value(model._meta.db_table, CharField()),
        of_row=Cast("pgh_obj", TextField()),
        as_then=_RowAsJson(),
        as_before=Subquery(earlier.values(then=_RowAsJson())[:1], JSONField()),
    )
    newest: QuerySet[Any, Any] = found.order_by("-pgh_created_at", "-pgh_id").values_list(*COLUMNS)[:end]
    return newest


def _asked_for(asked: Asked) -> Q:
    begin = timezone.make_aware(datetime.combine(asked.first, time()))
    end = timezone.make_aware(datetime.combine(asked.last + timedelta(days=1), time()))
    condition = Q(pgh_created_at__gte=begin, pgh_created_at__lt=end)
    if asked.people is not None:
        condition &= Q(pgh_context__user__in=list(asked.people))
    if asked.act:
        condition &= Q(pgh_context__act=asked.act)
    if asked.request:
        # In this form the index on the request is used.
        condition &= Q(Exact(KeyTextTransform("request", "pgh_context"), asked.request))
    return condition
