"""What all ledgers share: the instant of recording, set by the database, and no overwriting."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilots.states.capacity import Source
from portal.shared.triggers import Protect, Trigger


class ClockTimestamp(models.Func):
    """PostgreSQL's `clock_timestamp()`: the instant of the insert, not of the transaction's start.

    The night run's watermark rests on it (docs/adr/0006): no fact can get an instant that lies before the start of
    the transaction that records it.
    """

    function = "clock_timestamp"
    arity = 0
    output_field = models.DateTimeField()


def append_only(table: str) -> list[pgtrigger.Trigger]:
    """Triggers that refuse update, delete and truncate of a ledger."""
    return [
        Protect(name=f"{table}_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        Trigger(
            name=f"{table}_no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'Cannot truncate % : the ledger is append-only.', TG_TABLE_NAME;",
        ),
    ]


def corrects_its_own(table: str, *columns: str) -> pgtrigger.Trigger:
    """A trigger that refuses a correction of a line of which these columns differ."""
    same = " AND ".join(f"x.{column} = NEW.{column}" for column in columns)
    known = "SELECT 1 FROM {meta.db_table} x WHERE x.id = NEW.corrects_id AND " + same  # noqa: S608  # our own names
    refuse = f"IF NOT EXISTS ({known}) THEN RAISE EXCEPTION 'A correction stays with its own.'; END IF; RETURN NEW;"
    return Trigger(
        name=f"{table}_corrects_its_own",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        condition=pgtrigger.Q(new__corrects__isnull=False),
        func=pgtrigger.Func(refuse),  # type: ignore[no-untyped-call]  # pgtrigger has no types
    )


class Recorded(models.Model):
    """A row that was recorded at an instant, by someone or something, and stays."""

    recorded_at = models.DateTimeField(_("recorded at"), db_default=ClockTimestamp(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )

    class Meta:
        abstract = True


class InstitutionFact(Recorded):
    """A line of an institution's ledger: from `effective_on` on, until the next line or past `ends_on`, it is so.

    `ends_on` is the last day it holds. A line that `corrects` another takes its place from whatever day.
    """

    institution = models.ForeignKey(
        "pilots.Institution", on_delete=models.PROTECT, related_name="%(class)ss", verbose_name=_("institution")
    )
    effective_on = models.DateField(_("effective from"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    document_number = models.CharField(_("document number"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="correction", verbose_name=_("corrects")
    )
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.BROWSER)

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["-effective_on", "-pk"]


def fact_constraints(table: str) -> list[models.BaseConstraint]:
    """Constraints of every line of an institution's ledger."""
    return [
        models.CheckConstraint(
            condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("effective_on")),
            name=f"{table}_ends_after_start",
            violation_error_message=_("The last day cannot lie before the first."),
        ),
        models.CheckConstraint(
            condition=models.Q(corrects__isnull=True) | ~models.Q(reason=""),
            name=f"{table}_correction_has_reason",
            violation_error_message=_("A correction needs a reason."),
        ),
    ]


def fact_indexes(table: str) -> list[models.Index]:
    """The index by which the register finds the latest line, and the one by which the night run finds late lines."""
    return [
        models.Index(fields=["institution", "-effective_on", "-id"], name=f"{table}_latest"),
        models.Index(fields=["recorded_at"], name=f"{table}_recorded"),
    ]
