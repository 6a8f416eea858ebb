"""Regions and dated facts about them."""

from typing import ClassVar, Self

import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pilots.models.ledgers import Recorded, append_only
from pilots.states.regions import FactKind, Level
from portal.audit.tracking import tracked
from portal.shared.triggers import Protect


class RegionQuerySet(models.QuerySet["Region"]):
    """Regions by their place in the tree."""

    def within(self, code: str) -> Self:
        """The region itself and all below it. The tree has three levels."""
        return self.filter(Q(code=code) | Q(parent_id=code) | Q(parent__parent_id=code))

    def counties_within(self, code: str) -> Self:
        """The county units of a region: of a county unit, itself."""
        return self.within(code).filter(level=Level.COUNTY)


@tracked()
class Region(models.Model):
    """A province, city or county unit, under its six-digit statistical code (统计用区划代码).

    `parent` follows administration, not the digits: 辛集市 (130181) hangs from the province.
    """

    code = models.CharField(
        _("code"),
        max_length=6,
        primary_key=True,
        validators=[RegexValidator(r"^\d{6}$", _("A region code has six digits."))],
    )
    name = models.CharField(_("name"), max_length=50)
    short_name = models.CharField(_("short name"), max_length=50)
    name_en = models.CharField(_("English name"), max_length=100)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    is_development_zone = models.BooleanField(_("development zone"), default=False)
    province_administered = models.BooleanField(_("administered by the province"), default=False)
    longitude = models.DecimalField(_("longitude"), max_digits=7, decimal_places=4, null=True, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=6, decimal_places=4, null=True, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering: ClassVar[list[str]] = ["code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(code__regex=r"^\d{6}$"), name="region_code_has_six_digits"),
            models.CheckConstraint(
                condition=Q(level=Level.PROVINCE, parent__isnull=True)
                | (~Q(level=Level.PROVINCE) & Q(parent__isnull=False)),
                name="region_has_parent_unless_province",
                violation_error_message=_("Every region but a province has a parent."),
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            # Figures of past days are sums up this tree; regions that change need dates of their own first.
            Protect(
                name="region_keeps_its_place",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("code", "level", "parent"),
            ),
            Protect(name="region_no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name_en if (get_language() or "").startswith("en") else self.name


@tracked()
class RegionFact(Recorded):
    """A dated statement of a whole number about a region; the latest on a day holds on that day."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="facts", verbose_name=_("region"))
    kind = models.CharField(_("kind"), max_length=30, choices=FactKind)
    effective_on = models.DateField(_("effective from"))
    value = models.PositiveBigIntegerField(_("value"))
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("region fact")
        verbose_name_plural = _("region facts")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "region", "-effective_on", "-id"], name="region_fact_latest"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("region_fact")

    def __str__(self) -> str:
        return f"{self.region_id} {self.kind} {self.effective_on}: {self.value}"
