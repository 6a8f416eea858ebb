"""An institution's file, read."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, QuerySet, Value

from pilots.models import CapacityReport, Designation, Filing, InclusiveRecognition, Institution, RegisterRow
from pilots.models.ledgers import InstitutionFact

LEDGERS: dict[type[InstitutionFact], tuple[str, ...]] = {
    Filing: ("kind",),
    Designation: ("act", "level", "pilot_type"),
    InclusiveRecognition: ("act",),
}
"""The ledgers with the columns that each has beside those of all."""


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
    lines = _lines(institution)
    return InstitutionFile(
        institution=institution,
        row=RegisterRow.objects.on(day).filter(pk=institution.pk).first(),
        reports=list(ledger.select_related("corrects", "correction", "recorded_by")[:reports]),
        filings=[line for line in lines if isinstance(line, Filing)],
        designations=[line for line in lines if isinstance(line, Designation)],
        recognitions=[line for line in lines if isinstance(line, InclusiveRecognition)],
    )


def _lines(institution: Institution) -> list[InstitutionFact]:
    """The lines of all its ledgers, the latest first; one query."""
    shared = ["id", *(field.attname for field in InstitutionFact._meta.local_fields)]
    most = max(len(own) for own in LEDGERS.values())
    branches: list[QuerySet[Any, Any]] = []
    for model, own in LEDGERS.items():
        told = {"ledger": Value(model.__name__, CharField())}
        lacking = {f"lacking{n}": Value("", CharField()) for n in range(most - len(own))}
        rows: QuerySet[Any, Any] = QuerySet(model).filter(institution=institution).annotate(**told, **lacking)
        branches.append(rows.order_by().values_list("ledger", *shared, *own, *lacking))
    by_name = {model.__name__: model for model in LEDGERS}
    found: list[InstitutionFact] = []
    for name, *values in branches[0].union(*branches[1:], all=True):
        model = by_name[name]
        columns = [*shared, *LEDGERS[model]]
        found.append(model(**dict(zip(columns, values, strict=False))))
    return sorted(found, key=lambda line: (line.effective_on, line.pk), reverse=True)


def standing_reports(institutions: QuerySet[Institution], day: date) -> dict[int, RegisterRow]:
    """The register's rows of some institutions on a day, by their ids."""
    return {row.pk: row for row in RegisterRow.objects.on(day).filter(institution__in=institutions)}
