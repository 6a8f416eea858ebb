"""What the night run writes: snapshots of every region's measures, and the ledger of its runs."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from pilots.models.ledgers import append_only
from pilots.models.regions import Region


def _measure() -> "models.PositiveBigIntegerField[int, int]":
    return models.PositiveBigIntegerField(default=0)


class CoverageSnapshot(models.Model):
    """The additive measures of one region on one day; figures and ratios are made of them.

    Each column is a measure of `pilots/queries/figures/measures.py` under the same name; a test holds the two together.
    """

    # Written from the regions themselves, thousands a night: no constraint to check and no index beside the unique one.
    region = models.ForeignKey(
        Region,
        on_delete=models.PROTECT,
        related_name="snapshots",
        db_index=False,
        db_constraint=False,
        verbose_name=_("region"),
    )
    day = models.DateField(_("day"))
    counties_total = _measure()
    counties_covered = _measure()
    population = _measure()
    kindergartens_total = _measure()
    institutions_total = _measure()
    institutions_filed = _measure()
    institutions_over_capacity = _measure()
    institutions_fresh = _measure()
    places_total = _measure()
    enrolled_total = _measure()
    pilots_total = _measure()
    places_pilot = _measure()
    enrolled_pilot = _measure()
    pilots_provincial = _measure()
    pilots_provincial_new = _measure()
    provincial_brand_pilots = _measure()
    provincial_community_pilots = _measure()
    provincial_kindergarten_pilots = _measure()
    provincial_welfare_pilots = _measure()
    kindergartens_with_nursery = _measure()
    kindergarten_places = _measure()
    kindergarten_pilots = _measure()
    kindergarten_pilot_places = _measure()
    brand_pilots = _measure()
    brand_pilot_places = _measure()
    community_pilots = _measure()
    community_pilot_places = _measure()
    welfare_pilots = _measure()
    welfare_pilot_places = _measure()
    inclusive_institutions = _measure()
    inclusive_places = _measure()
    inclusive_filings = _measure()
    inclusive_filing_places = _measure()

    class Meta:
        verbose_name = _("coverage snapshot")
        verbose_name_plural = _("coverage snapshots")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "region"], name="snapshot_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.day}"


class NightRun(models.Model):
    """A line of the night run's own ledger: one day, computed once more.

    `known_at` is the watermark: the run counted every fact recorded up to that instant and none recorded later. The
    latest line of a day tells what its snapshots know.
    """

    class Trigger(models.TextChoices):
        """What set the run off."""

        SCHEDULE = "schedule", _("schedule")
        COMMAND = "command", _("command")

    day = models.DateField(_("day"))
    trigger = models.CharField(_("set off by"), max_length=10, choices=Trigger)
    known_at = models.DateTimeField(_("watermark"))
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"))
    rows = models.PositiveIntegerField(_("rows of the day"))
    rows_changed = models.PositiveIntegerField(_("rows changed"))
    checksum = models.CharField(_("checksum"), max_length=32)

    class Meta:
        verbose_name = _("night run")
        verbose_name_plural = _("night runs")
        ordering: ClassVar[list[str]] = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["-day", "-id"], name="night_run_latest")]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("night_run")

    def __str__(self) -> str:
        return f"{self.day} ({self.checksum})"

    @property
    def seconds(self) -> float:
        """How long the run took."""
        return (self.finished_at - self.started_at).total_seconds()


class LateFactSweep(models.Model):
    """Up to which instant recorded facts have been carried into the snapshots of all past days."""

    swept_to = models.DateTimeField(_("swept to"))
    days = models.PositiveIntegerField(_("days recomputed"))

    class Meta:
        verbose_name = _("sweep of late facts")
        verbose_name_plural = _("sweeps of late facts")
        ordering: ClassVar[list[str]] = ["-pk"]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("late_fact_sweep")

    def __str__(self) -> str:
        return f"{self.swept_to}"


class DemoLoad(models.Model):
    """That this database holds demonstration data, and where a visitor should look first."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region"))
    day = models.DateField(_("day"))
    loaded_at = models.DateTimeField(_("loaded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("demonstration data")
        verbose_name_plural = _("demonstration data")

    def __str__(self) -> str:
        return f"{self.region_id} {self.day}"
