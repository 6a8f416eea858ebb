"""Who acts for which region, department or institution, in which role, from when to when."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilots.models.institutions import Institution, Operator
from pilots.models.regions import Region
from pilots.states.roles import ADMINISTRATOR_ROLES, INSTITUTION_ROLES, REGION_ROLES, Role
from portal.accounts.models import ApiKey
from portal.audit.tracking import tracked


@tracked()
class Membership(models.Model):
    """A person's role for a region, an institution or an operator, from a day to a day (both included)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=30, choices=Role)
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("region")
    )
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("institution"),
    )
    operator = models.ForeignKey(
        Operator,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("operator"),
        help_text=_("For everyone of the operator's institutions, those of later days included."),
    )
    department = models.CharField(_("department"), max_length=100, blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering: ClassVar[list[str]] = ["user", "role"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="membership_ends_after_start",
                violation_error_message=_("The last day cannot lie before the first."),
            ),
            models.CheckConstraint(
                condition=Q(
                    role__in=sorted(REGION_ROLES), region__isnull=False, institution__isnull=True, operator__isnull=True
                )
                | Q(
                    role__in=sorted(INSTITUTION_ROLES),
                    region__isnull=True,
                    institution__isnull=False,
                    operator__isnull=True,
                )
                | Q(
                    role__in=sorted(INSTITUTION_ROLES),
                    region__isnull=True,
                    institution__isnull=True,
                    operator__isnull=False,
                )
                | Q(
                    role__in=sorted(ADMINISTRATOR_ROLES),
                    region__isnull=True,
                    institution__isnull=True,
                    operator__isnull=True,
                ),
                name="membership_hangs_where_its_role_says",
                violation_error_message=_(
                    "This role belongs to a region, or to an institution or operator, or to nothing."
                ),
            ),
            models.UniqueConstraint(
                fields=["user", "role", "region", "institution", "operator", "starts_on"],
                nulls_distinct=False,
                name="membership_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


@tracked()
class InstitutionKey(models.Model):
    """Which institution an API key speaks for."""

    key = models.OneToOneField(
        ApiKey, on_delete=models.PROTECT, primary_key=True, related_name="grant", verbose_name=_("API key")
    )
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="keys", verbose_name=_("institution")
    )

    class Meta:
        verbose_name = _("institution's API key")
        verbose_name_plural = _("institutions' API keys")

    def __str__(self) -> str:
        return f"{self.key} → {self.institution_id}"
