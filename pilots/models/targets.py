"""Targets (`任务目标`) and their nightly progress."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilots.models.ledgers import Recorded, append_only
from pilots.models.regions import Region
from portal.audit.tracking import tracked


@tracked()
class Target(Recorded):
    """What a region was asked to reach in a year. Of several lines for one target, the one recorded last holds.

    `indicator` is the code of a figure; `baseline_value` is that figure's value on `baseline_on`; both are kept because
    the article's base of 3,104 places is the value of its own day, not of the year's first.
    """

    indicator = models.CharField(_("indicator"), max_length=60)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="targets", verbose_name=_("region"))
    year = models.PositiveSmallIntegerField(_("year"))
    baseline_value = models.PositiveIntegerField(_("baseline"))
    baseline_on = models.DateField(_("day of the baseline"))
    goal = models.PositiveIntegerField(_("goal"))
    mandate = models.CharField(_("mandate"), max_length=100, blank=True)
    document = models.CharField(_("policy document"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="target_year_in_range"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["region", "year", "indicator", "-id"], name="target_latest"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("target")

    def __str__(self) -> str:
        return f"{self.region_id} {self.indicator} {self.year}: {self.goal}"


class TargetProgress(models.Model):
    """The value a target's indicator had on a day, as the night run computed it."""

    # Written from the targets themselves, thousands a night.
    target = models.ForeignKey(
        Target,
        on_delete=models.PROTECT,
        related_name="progress",
        db_index=False,
        db_constraint=False,
        verbose_name=_("target"),
    )
    day = models.DateField(_("day"))
    actual = models.PositiveIntegerField(_("actual"))

    class Meta:
        verbose_name = _("target progress")
        verbose_name_plural = _("target progress")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "target"], name="target_progress_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.target_id} {self.day}: {self.actual}"
