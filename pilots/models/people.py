"""Who acts for which region, department or institution, in which role, from when to when."""

from datetime import date
from typing import ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pilots.models.institutions import Institution, Operator
from pilots.models.ledgers import Recorded, append_only
from pilots.models.membership_rules import MEMBERSHIP_TRIGGERS, membership_constraints
from pilots.models.regions import Region
from pilots.states.people import AccountAct
from pilots.states.roles import Role
from portal.accounts.models import ApiKey
from portal.audit.tracking import tracked


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships by what they are on a day."""

    def in_force(self, day: date) -> Self:
        """Begun and not over."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def lasting(self, day: date) -> Self:
        """In force, or still to come."""
        not_withdrawn = Q(ends_on__gte=F("starts_on"))
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day) & not_withdrawn)


@tracked()
class Membership(Recorded):
    """A person's role for a region, an institution or an operator, from a day to a day (both included).

    What was given stays as it was given: another role, place or first day is another membership. Only the end is
    written later.
    """

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
    ends_on = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("The day before the first: withdrawn, never in force.")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("ended by"),
    )
    ended_at = models.DateTimeField(_("end recorded at"), null=True, blank=True, editable=False)
    end_reason = models.CharField(_("reason of the end"), max_length=500, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering: ClassVar[list[str]] = ["user", "role"]
        constraints: ClassVar[list[models.BaseConstraint]] = membership_constraints()
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["role"], name="membership_role")]
        triggers: ClassVar[list[pgtrigger.Trigger]] = MEMBERSHIP_TRIGGERS

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


@tracked()
class AccountChange(Recorded):
    """A line of an account's ledger: it was created, switched off or on, its password was reset, by whom and why.

    `recorded_by` is empty where the portal itself acted, or someone at the server's shell.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="account_changes", verbose_name=_("user")
    )
    act = models.CharField(_("act"), max_length=20, choices=AccountAct)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("change of an account")
        verbose_name_plural = _("changes of accounts")
        ordering: ClassVar[list[str]] = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["user", "-id"], name="account_change_latest")]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("account_change")

    def __str__(self) -> str:
        return f"{self.user_id} {self.act}"


@tracked()
class InstitutionKey(models.Model):
    """For which institution an API key speaks, or for which operator: then for all of its institutions."""

    key = models.OneToOneField(
        ApiKey, on_delete=models.PROTECT, primary_key=True, related_name="grant", verbose_name=_("API key")
    )
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="keys",
        verbose_name=_("institution"),
    )
    operator = models.ForeignKey(
        Operator, on_delete=models.PROTECT, null=True, blank=True, related_name="keys", verbose_name=_("operator")
    )

    class Meta:
        verbose_name = _("institution's API key")
        verbose_name_plural = _("institutions' API keys")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(institution__isnull=False, operator__isnull=True)
                | Q(institution__isnull=True, operator__isnull=False),
                name="key_speaks_for_an_institution_or_an_operator",
                violation_error_message=_("A key speaks for an institution or for an operator."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} → {self.institution_id or self.operator_id}"
