"""The dated ledgers of an institution: filings, designations, inclusive recognitions."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilots.models.ledgers import InstitutionFact, append_only, corrects_its_own, fact_constraints, fact_indexes
from pilots.states.facts import DesignationAct, FilingKind, PilotLevel, PilotType, RecognitionAct
from portal.audit.tracking import tracked


@tracked()
class Filing(InstitutionFact):
    """A completed filing (`备案`) with the county health department, as a dated fact."""

    kind = models.CharField(_("kind"), max_length=20, choices=FilingKind)

    class Meta(InstitutionFact.Meta):
        verbose_name = _("filing")
        verbose_name_plural = _("filings")
        constraints: ClassVar[list[models.BaseConstraint]] = fact_constraints("filing")
        indexes: ClassVar[list[models.Index]] = fact_indexes("filing")
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            *append_only("filing"),
            corrects_its_own("filing", "institution_id"),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.kind} {self.effective_on}"


@tracked()
class Designation(InstitutionFact):
    """A line of the designation ledger (`试点认定`): level and type from a day on, or their end."""

    act = models.CharField(_("act"), max_length=20, choices=DesignationAct)
    level = models.CharField(_("pilot level"), max_length=20, choices=PilotLevel, blank=True)
    pilot_type = models.CharField(_("pilot type"), max_length=30, choices=PilotType, blank=True)

    class Meta(InstitutionFact.Meta):
        verbose_name = _("designation")
        verbose_name_plural = _("designations")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *fact_constraints("designation"),
            models.CheckConstraint(
                condition=Q(act__in=[DesignationAct.END, DesignationAct.VOID], level="", pilot_type="")
                | (Q(act__in=[DesignationAct.DESIGNATE, DesignationAct.CHANGE]) & ~Q(level="") & ~Q(pilot_type="")),
                name="designation_states_level_and_type",
                violation_error_message=_("A designation states its level and type; its end states neither."),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = fact_indexes("designation")
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            *append_only("designation"),
            corrects_its_own("designation", "institution_id"),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.act} {self.level} {self.effective_on}"


@tracked()
class InclusiveRecognition(InstitutionFact):
    """A line of the ledger of inclusive recognition (`普惠认定`), an attribute that cuts across the pilot types."""

    act = models.CharField(_("act"), max_length=20, choices=RecognitionAct)

    class Meta(InstitutionFact.Meta):
        verbose_name = _("inclusive recognition")
        verbose_name_plural = _("inclusive recognitions")
        constraints: ClassVar[list[models.BaseConstraint]] = fact_constraints("recognition")
        indexes: ClassVar[list[models.Index]] = fact_indexes("recognition")
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            *append_only("recognition"),
            corrects_its_own("recognition", "institution_id"),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.act} {self.effective_on}"
