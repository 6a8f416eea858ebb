"""An institution's file, read."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from pilots.models import CapacityReport, Designation, Filing, InclusiveRecognition, Institution, RegisterRow


@dataclass(frozen=True)
class InstitutionFile:
    """Everything dated that is known of one institution."""

    institution: Institution
    row: RegisterRow | None
    """Its row in the register of the day; None where it was not open."""
    reports: list[CapacityReport]
    filings: list[Filing]
    designations: list[Designation]
    recognitions: list[InclusiveRecognition]


def institution_file(institution: Institution, day: date, *, reports: int = 100) -> InstitutionFile:
    """The file of an institution, with its standing on `day` and its latest reports."""
    ledger = CapacityReport.objects.filter(institution=institution)
    return InstitutionFile(
        institution=institution,
        row=RegisterRow.objects.on(day).filter(pk=institution.pk).first(),
        reports=list(ledger.select_related("corrects", "correction", "recorded_by")[:reports]),
        filings=list(institution.filings.all()),
        designations=list(institution.designations.all()),
        recognitions=list(institution.inclusiverecognitions.all()),
    )


def standing_reports(institutions: QuerySet[Institution], day: date) -> dict[int, RegisterRow]:
    """The register's rows of some institutions on a day, by their ids."""
    return {row.pk: row for row in RegisterRow.objects.on(day).filter(institution__in=institutions)}
