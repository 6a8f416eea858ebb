"""The append-only ledger of capacity reports."""

from typing import TYPE_CHECKING, ClassVar

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from pilots.models.institutions import Institution
from pilots.models.ledgers import Recorded, append_only, corrects_its_own
from pilots.states.capacity import MAX_COUNT, ClassGroup, Source
from portal.accounts.models import ApiKey
from portal.audit.tracking import tracked

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


def _sum_over_groups(suffix: str) -> CombinedExpression:
    first, *others = (F(f"{group}_{suffix}") for group in ClassGroup.values)
    total: CombinedExpression | F = first
    for other in others:
        total = total + other
    assert isinstance(total, CombinedExpression)
    return total


def _count(label: "StrPromise") -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(label, default=0)


@tracked()
class CapacityReport(Recorded):
    """An institution's dated statement of places (`托位`) and enrolled children (`入托`), by class group.

    On a day the report with the latest `as_of` not after it holds; of several for one `as_of`, the one recorded last.
    A correction is a new report for the same day that names the one it corrects, and why.
    """

    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        related_name="capacity_reports",
        db_index=False,
        verbose_name=_("institution"),
    )
    as_of = models.DateField(_("as of"))
    source = models.CharField(_("source"), max_length=10, choices=Source)
    key = models.ForeignKey(
        ApiKey,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("API key"),
    )
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="correction", verbose_name=_("corrects")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    infant_places = _count(_("infant class: places"))
    infant_enrolled = _count(_("infant class: enrolled"))
    toddler_places = _count(_("toddler class: places"))
    toddler_enrolled = _count(_("toddler class: enrolled"))
    older_toddler_places = _count(_("older toddler class: places"))
    older_toddler_enrolled = _count(_("older toddler class: enrolled"))
    mixed_places = _count(_("mixed class: places"))
    mixed_enrolled = _count(_("mixed class: enrolled"))
    unclassified_places = _count(_("unclassified: places"))
    unclassified_enrolled = _count(_("unclassified: enrolled"))
    places = models.GeneratedField(
        expression=_sum_over_groups("places"), output_field=models.IntegerField(_("places")), db_persist=True
    )
    enrolled = models.GeneratedField(
        expression=_sum_over_groups("enrolled"), output_field=models.IntegerField(_("enrolled")), db_persist=True
    )

    class Meta:
        verbose_name = _("capacity report")
        verbose_name_plural = _("capacity reports")
        ordering: ClassVar[list[str]] = ["-as_of", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(as_of__lte=TruncDate("recorded_at")),
                name="capacity_report_not_of_the_future",
                violation_error_message=_("A report cannot state a day that has not come."),
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(reason=""),
                name="capacity_report_correction_has_reason",
                violation_error_message=_("A correction needs a reason."),
            ),
            models.CheckConstraint(
                condition=Q(
                    **{f"{g}_{part}__lte": MAX_COUNT for g in ClassGroup.values for part in ("places", "enrolled")}
                ),
                name="capacity_report_counts_in_range",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The register's access path: the latest report of one institution, without touching the table.
            models.Index(
                fields=["institution", "-as_of", "-id"],
                include=["recorded_at", "places", "enrolled"],
                name="capacity_report_latest",
            ),
            # The night run reads the latest days' reports together, and finds by it how far back these go.
            models.Index(fields=["as_of"], name="capacity_report_by_day"),
            # The night run's question "what was recorded since": the ledger only grows, so BRIN is enough.
            BrinIndex(fields=["recorded_at"], name="capacity_report_recorded", autosummarize=True),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            *append_only("capacity_report"),
            corrects_its_own("capacity_report", "institution_id", "as_of"),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.as_of}: {self.places} / {self.enrolled}"
