"""The line of an institution's designation ledger that stands on a day."""

from datetime import date

from django.db.models import QuerySet

from pilots.models import Designation
from pilots.states.facts import DesignationAct


def standing_designation(institution_id: int, day: date) -> Designation | None:
    """The designation in force on a day, as the register reads the ledger; None where the institution is no pilot."""
    line = _counting(institution_id).filter(effective_on__lte=day).order_by("-effective_on", "-pk").first()
    if line is None or line.act == DesignationAct.END or (line.ends_on is not None and line.ends_on < day):
        return None
    return line


def later_designations(institution_id: int, day: date) -> QuerySet[Designation]:
    """Lines that begin after a day: what is written for that day holds only until the first of them."""
    return _counting(institution_id).filter(effective_on__gt=day).order_by("effective_on", "pk")


def _counting(institution_id: int) -> QuerySet[Designation]:
    """Lines that neither take another out nor were corrected by another."""
    lines = Designation.objects.filter(institution=institution_id, correction__isnull=True)
    return lines.exclude(act=DesignationAct.VOID)
