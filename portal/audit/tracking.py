"""Which tables leave a trail: triggers of the database write an event for every row added, changed or removed.

Each tracked table has an event table of its own, with the columns of the row as it was then, who and why
(`pgh_context`), and the instant. The column types and names of an event table stay as they are once days are sealed
(docs/adr/0014): new columns are empty in old events, which leaves their digests as they were.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

import pghistory
import pgtrigger
from django.apps import apps
from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext_lazy as _
from pghistory import core, trigger
from pghistory.models import Event

from portal.shared.triggers import Protect, Trigger, Unguarded

Model = TypeVar("Model", bound=models.Model)

NOW = "clock_timestamp()"
CONTEXT = "NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb"
SECRET_SUFFIX = "_changed"  # noqa: S105  # the end of a label
LONGEST_INDEX_NAME = 30

EXEMPT = {
    "account": "the sign-in library's table of e-mail addresses, unused",
    "accounts.PastPassword": "hashes of earlier passwords; the change itself stands in the trail",
    "accounts.User_groups": "no permission of Django's own is asked anywhere; roles are memberships",
    "accounts.User_user_permissions": "as User_groups",
    "audit": "the seals themselves, which the application may not change",
    "auth": "no permission of Django's own is asked anywhere",
    "axes": "the lock-out's own ledger of sign-ins and failures",
    "contenttypes": "names of tables, written by migrate",
    "mfa": "secrets of second factors, sealed; a library's table. What the owner does with them is an AccountChange",
    "pghistory": "unused tables of the library: our events carry their context themselves",
    "pilots.Delivery": "queue of e-mails: its rows are the record of what was sent",
    "pilots.CoverageSnapshot": "derived: the night run computes it from tracked facts and can do so again",
    "pilots.DemoLoad": "marks a demonstration database; holds no business",
    "pilots.Message": "who was told what: derived from notices and today's rights",
    "pilots.Notice": "outbox row, written by the act that stands in the trail",
    "pilots.LateFactSweep": "the night run's own ledger, append-only",
    "pilots.NightRun": "the night run's own ledger, append-only",
    "pilots.RegisterRow": "no table: a function over tracked facts",
    "pilots.TargetProgress": "derived: the night run computes it from tracked facts and can do so again",
    "socialaccount": "the sign-in library's table of identities; a person's is User.external_id, tracked",
    "usersessions": "open sessions, as sessions",
    "sessions": "sign-ins change the account's last sign-in, which is tracked; a session holds no business",
}
"""Models, or whole apps, that leave no trail, each with the reason."""


class TrailEvent(Event):
    """What every event has; the columns of the tracked row come with each event model."""

    pgh_id = models.BigAutoField(primary_key=True)
    pgh_created_at = models.DateTimeField(_("recorded at"))

    objects: ClassVar[models.Manager[Any]] = models.Manager()  # type: ignore[assignment]  # pghistory's adds nothing here

    class Meta:
        abstract = True


class TrailTrigger(Unguarded, trigger.Event):
    """pghistory's trigger, without the shared row of context that it would write for statements."""

    def get_func(self, model: Any) -> pgtrigger.Func:
        """Copy the row, or all rows of the transition table, into the event table."""
        events = self.event_model
        assert events is not None
        rows = "old_values" if self.row == "OLD" else "new_values"
        source = rows if self.level == pgtrigger.Statement else self.row
        tracked_names = {field.name for field in model._meta.fields}
        values = {
            field.column: f'{source}."{field.column}"' for field in events._meta.fields if field.name in tracked_names
        }
        values |= {
            "pgh_created_at": NOW,
            "pgh_label": f"'{self.label}'",
            "pgh_obj_id": f'{source}."{model._meta.pk.column}"',
            "pgh_context": CONTEXT,
        }
        columns = ", ".join(f'"{column}"' for column in sorted(values))
        chosen = ", ".join(values[column] for column in sorted(values))
        insert = f'INSERT INTO "{events._meta.db_table}" ({columns})'
        select = f"SELECT {chosen} FROM {{cond_{rows}}}" if self.level == pgtrigger.Statement else f"VALUES ({chosen})"  # noqa: S608  # our own names
        return pgtrigger.Func(f"{insert} {select}; RETURN NULL;")  # type: ignore[no-untyped-call]  # without types


class _Tracker(core.RowEvent):
    """Installs our trigger in place of pghistory's."""

    def add_event_trigger(self, event_model: type[TrailEvent]) -> None:
        installed = TrailTrigger(  # type: ignore[no-untyped-call]  # without types
            event_model=event_model,
            label=self.label,
            name=self.trigger_name,
            row=self.row,
            operation=self.operation,
            condition=self.condition,
            # One call a statement, but for changed rows one call each: PostgreSQL would join the old and new rows of a
            # statement by a plan that it made for the first one and keeps (docs/adr/0014).
            level=pgtrigger.Row if self.operation == pgtrigger.Update else pgtrigger.Statement,
        )
        pgtrigger.register(installed)(event_model.pgh_tracked_model)


class Added(_Tracker):
    """A row was added."""

    label, row, operation = "insert", "NEW", pgtrigger.Insert


class Changed(_Tracker):
    """A row was changed in a column that the trail keeps."""

    label, row, operation = "update", "NEW", pgtrigger.Update


class Removed(_Tracker):
    """A row was removed; the event has it as it was."""

    label, row, operation = "delete", "OLD", pgtrigger.Delete


def tracked(*, secret: Sequence[str] = (), derived: Sequence[str] = ()) -> Callable[[type[Model]], type[Model]]:
    """Make a model's table leave an event for every row added, changed or removed.

    `secret` columns are never copied; a change of one leaves an event labelled `<column>_changed` without the value.
    `derived` columns are computed from others (or say only when something was last used) and are not copied.
    """

    def decorate(model: type[Model]) -> type[Model]:
        trackers = [Added(), Changed(), Removed()]
        trackers += [_secret_changed(column) for column in secret]
        generated = [field.name for field in model._meta.local_fields if isinstance(field, models.GeneratedField)]
        name = f"{model.__name__}Event"
        pghistory.track(
            *trackers,
            exclude=[*secret, *derived, *generated],
            obj_field=pghistory.ObjForeignKey(related_name="+"),
            context_field=pghistory.ContextJSONField(),
            context_id_field=None,  # type: ignore[arg-type]  # documented
            model_name=name,
            base_model=TrailEvent,
            meta={
                "verbose_name": model._meta.verbose_name,
                "verbose_name_plural": model._meta.verbose_name_plural,
                "indexes": _indexes(model, name.lower()),
                "triggers": _append_only(),
            },
        )(model)
        return model

    return decorate


def event_models() -> list[type[TrailEvent]]:
    """All event models, by their tables' names."""
    found: list[type[TrailEvent]] = [model for model in apps.get_models() if issubclass(model, TrailEvent)]
    return sorted(found, key=lambda model: model._meta.db_table)


def tracked_model(events: type[TrailEvent]) -> type[models.Model]:
    """The model whose rows these events are about."""
    model: type[models.Model] = getattr(events, "pgh_tracked_model")  # noqa: B009  # pghistory types it as None
    return model


def is_exempt(model: type[models.Model]) -> bool:
    """Whether a model leaves no trail, for a reason that is written down."""
    return model._meta.label in EXEMPT or model._meta.app_label in EXEMPT


def _secret_changed(column: str) -> _Tracker:
    condition = pgtrigger.AnyChange(column)
    return Changed(f"{column}{SECRET_SUFFIX}", condition=condition)


def _indexes(model: type[models.Model], name: str) -> list[models.Index]:
    """By instant for searches and seals, by object for timelines, by request; by institution where there is one."""
    stem = name[: LONGEST_INDEX_NAME - 5]
    indexes = [
        models.Index(fields=["pgh_created_at", "pgh_id"], name=f"{stem}_when"),
        models.Index(fields=["pgh_obj", "pgh_id"], name=f"{stem}_what"),
        models.Index(KeyTextTransform("request", "pgh_context"), name=f"{stem}_why"),
    ]
    if any(field.name == "institution" for field in model._meta.local_fields):
        indexes.append(models.Index(fields=["institution", "pgh_id"], name=f"{stem}_inst"))
    return indexes


def _append_only() -> list[pgtrigger.Trigger]:
    return [
        Trigger(
            name="no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'Cannot truncate % : the trail is append-only.', TG_TABLE_NAME;",
        ),
        Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
    ]
