"""Institutions, the operators that run them, the kindergartens that host them."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from pilots.models.ledgers import Recorded
from pilots.models.regions import Region
from pilots.states.institutions import LegalNature, ServiceModel
from portal.audit.tracking import tracked
from portal.shared.triggers import Protect
from portal.shared.validators import validate_credit_code


@tracked()
class Operator(models.Model):
    """A legal person or brand (`举办者 / 品牌`) that runs one or several institutions.

    One that a county unit entered is that county unit's alone; without one it spans several (docs/adr/0016).
    """

    name = models.CharField(_("name"), max_length=200)
    county = models.ForeignKey(
        Region,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("county unit"),
        help_text=_("Which entered it, for institutions of its own. Empty: it spans county units."),
    )
    brand = models.CharField(_("brand"), max_length=100, blank=True)
    credit_code = models.CharField(
        _("unified credit code"), max_length=18, blank=True, validators=[validate_credit_code]
    )

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
        ordering: ClassVar[list[str]] = ["name", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["name", "county"],
                nulls_distinct=False,
                name="operator_name_unique_in_county",
                violation_error_message=_("This county unit already has an operator of this name."),
            ),
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=~Q(credit_code=""),
                name="operator_credit_code_unique",
                violation_error_message=_("Another operator has this credit code."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        """The name, with the county unit behind it where it is one's own: several may have one of this name."""
        return f"{self.name} · {self.county.label}" if self.county is not None else self.name


@tracked()
class Kindergarten(models.Model):
    """A kindergarten that may host nursery classes."""

    name = models.CharField(_("name"), max_length=200)
    county = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("county unit"))

    class Meta:
        verbose_name = _("kindergarten")
        verbose_name_plural = _("kindergartens")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["county", "name"], name="kindergarten_name_unique_in_county"),
        ]

    def __str__(self) -> str:
        return self.name


class NextInstitutionNumber(Func):
    """The next public number: `TY` and seven digits from a sequence, which never goes back."""

    template = "('TY' || lpad(nextval('pilots_institution_number')::text, 7, '0'))"
    arity = 0
    output_field = models.CharField()


@tracked(derived=("search_text",))
class Institution(Recorded):
    """A provider of care for children under three (`托育机构`), kindergartens with nursery classes included.

    What figures rest on (number, county unit, service model, opening day) does not change; the database refuses.
    A closing day is written once. Moving to another county unit is a closure there and a new registration here, as
    filing is by county (domain rule: 国卫办人口发〔2019〕25号).
    """

    number = models.CharField(_("number"), max_length=20, unique=True, db_default=NextInstitutionNumber())
    name = models.CharField(_("name"), max_length=200)
    credit_code = models.CharField(
        _("unified credit code"),
        max_length=18,
        blank=True,
        validators=[validate_credit_code],
        help_text=_("18 characters with a check digit, as on the licence."),
    )
    legal_nature = models.CharField(_("legal nature"), max_length=20, choices=LegalNature, blank=True)
    service_model = models.CharField(_("service model"), max_length=20, choices=ServiceModel)
    operator = models.ForeignKey(
        Operator,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="institutions",
        verbose_name=_("operator"),
    )
    host_kindergarten = models.ForeignKey(
        Kindergarten,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="institutions",
        verbose_name=_("host kindergarten"),
    )
    county = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="institutions", verbose_name=_("county unit")
    )
    address = models.CharField(_("address"), max_length=300, blank=True)
    contact_name = models.CharField(_("contact person"), max_length=100, blank=True)
    contact_phone = models.CharField(_("contact telephone"), max_length=30, blank=True)
    opened_on = models.DateField(_("opened on"))
    closed_on = models.DateField(
        _("closed on"), null=True, blank=True, help_text=_("The first day on which it no longer runs.")
    )
    closed_recorded_at = models.DateTimeField(_("closure recorded at"), null=True, blank=True, editable=False)
    search_text = models.TextField(editable=False)
    is_demo = models.BooleanField(_("demonstration record"), default=False, editable=False)

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["credit_code", "county", "name"],
                condition=~Q(credit_code=""),
                name="institution_credit_code_name_unique",
                violation_error_message=_("This county unit already has an institution with this code and name."),
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="institution_closed_after_opened",
                violation_error_message=_("An institution cannot close before it opened."),
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, closed_recorded_at__isnull=True)
                | Q(closed_on__isnull=False, closed_recorded_at__isnull=False),
                name="institution_closure_recorded",
            ),
            models.CheckConstraint(
                condition=Q(host_kindergarten__isnull=True) | Q(service_model=ServiceModel.KINDERGARTEN),
                name="institution_host_only_for_kindergarten",
                violation_error_message=_("Only a kindergarten with nursery classes has a host kindergarten."),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["county", "number"], name="institution_by_county"),
            models.Index(fields=["recorded_at"], name="institution_recorded"),
            models.Index(
                fields=["closed_recorded_at"],
                condition=Q(closed_recorded_at__isnull=False),
                name="institution_closures",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            Protect(name="institution_no_delete", operation=pgtrigger.Delete),
            Protect(
                name="institution_keeps_what_figures_rest_on",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("number", "county", "service_model", "opened_on", "recorded_at"),
            ),
            Protect(
                name="institution_closes_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_on__isnull=False)
                & (
                    pgtrigger.Q(old__closed_on__df=pgtrigger.F("new__closed_on"))
                    | pgtrigger.Q(old__closed_recorded_at__df=pgtrigger.F("new__closed_recorded_at"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
