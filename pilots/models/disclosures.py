"""Who had a hidden number shown, and why."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilots.models.institutions import Institution
from pilots.models.ledgers import Recorded, append_only
from pilots.states.disclosures import HiddenField, Purpose
from portal.audit.tracking import tracked


@tracked()
class Disclosure(Recorded):
    """A hidden field of an institution was shown to a person. The row is written before the value leaves the portal."""

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="disclosures", verbose_name=_("institution")
    )
    field = models.CharField(_("field"), max_length=30, choices=HiddenField)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    reason = models.CharField(_("reason"), max_length=300)
    request_id = models.CharField(_("request"), max_length=64)

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="disclosure_has_reason",
                violation_error_message=_("A disclosure needs a reason."),
            ),
            models.CheckConstraint(condition=Q(recorded_by__isnull=False), name="disclosure_has_person"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["institution", "-id"], name="disclosure_latest"),
            models.Index(fields=["recorded_by", "recorded_at"], name="disclosure_by_person"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = append_only("disclosure")

    def __str__(self) -> str:
        return f"{self.recorded_by_id} {self.institution_id} {self.field}"
