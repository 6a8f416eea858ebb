"""Why a figure has its value: the records behind its numerator and its denominator, from the same relation."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pilots.models import Region
from pilots.queries.figures import behind
from pilots.queries.figures.definition import Figure
from pilots.queries.figures.reading import Reading, read
from pilots.queries.figures.records import ListedRecords, Record, Records
from pilots.queries.figures.sources import (
    FromCodeList,
    FromFact,
    FromKinds,
    FromMeasure,
    FromRatio,
    FromRule,
    FromTargetBaseline,
    FromTargetGoal,
    FromTargetGrowth,
    FromTargetShare,
    Value,
)
from pilots.states.facts import PilotType

NONE = ListedRecords(())


@dataclass(frozen=True)
class Explanation:
    """A figure's value with the records that make it."""

    figure: Figure
    region: Region
    day: date
    known_at: datetime | None
    value: Value
    records: Records
    """What the value, or a ratio's numerator, counts: their total is it."""
    denominator_records: Records | None
    """What a ratio's denominator counts; None where there is none."""

    @property
    def number(self) -> int | Decimal | None:
        """The figure's value."""
        return self.value.number


def explain(figure: Figure, region: Region, day: date) -> Explanation:
    """The figure's value on `day` and its records, as the night run of that day knew them."""
    reading = read(region, day)
    records, denominator = _records(figure, reading)
    return Explanation(figure, region, day, reading.known_at, reading.values[figure.code], records, denominator)


def _records(figure: Figure, reading: Reading) -> tuple[Records, Records | None]:  # noqa: C901  # a flat list of kinds
    scope = behind.Scope(reading.region.code, reading.day, reading.known_at)
    targets = reading.inputs.targets
    match figure.source:
        case FromMeasure(measure):
            return behind.measure_records(measure, scope), None
        case FromRatio(numerator, denominator):
            return behind.measure_records(numerator, scope), behind.measure_records(denominator, scope)
        case FromKinds(measures):
            return _kinds(measures, scope), None
        case FromTargetGoal(indicator):
            return behind.target_records(targets.get(indicator)), None
        case FromTargetBaseline(indicator):
            return behind.baseline_records(targets.get(indicator), scope), None
        case FromTargetShare(indicator):
            target = targets.get(indicator)
            return (behind.measure_records(indicator, scope) if target else NONE), behind.target_records(target)
        case FromTargetGrowth(indicator):
            target = targets.get(indicator)
            return behind.growth_records(target, scope), behind.growth_asked_records(target)
        case FromFact(kind):
            return behind.fact_records(reading.inputs.facts.get(kind)), None
        case FromCodeList(choices):
            return ListedRecords(tuple(Record("code", code, str(label), "", 1) for code, label in choices)), None
        case FromRule(number):
            return ListedRecords((Record("rule", figure.code, str(figure.name), "", number),)), None


def _kinds(measures: tuple[tuple[PilotType, str], ...], scope: behind.Scope) -> Records:
    """The pilot types that occur, each with the institutions by which it does."""
    rows = []
    for pilot_type, measure in measures:
        found = behind.measure_records(measure, scope)
        numbers = tuple(record.code for record in found.page(0, found.count()))
        if numbers:
            rows.append(Record("pilot_type", pilot_type.value, str(pilot_type.label), "", 1, parts=numbers))
    return ListedRecords(tuple(rows))
