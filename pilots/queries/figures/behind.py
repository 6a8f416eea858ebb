"""The records behind measures, targets and statements."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext

from pilots.models import Region, RegionFact, Target
from pilots.queries.figures.measures import (
    COUNTIES_COVERED,
    COUNTIES_TOTAL,
    COVERED_BY,
    FACT_MEASURE,
    REGISTER_MEASURE,
)
from pilots.queries.figures.measuring import latest_facts
from pilots.queries.figures.records import ListedRecords, Record, Records, RegisterRecords, where
from pilots.queries.register import register


@dataclass(frozen=True)
class Scope:
    """Whose records, of which day, known up to when."""

    region: str
    day: date
    known_at: datetime | None


def measure_records(name: str, scope: Scope) -> Records:
    """What a measure counts."""
    if name in REGISTER_MEASURE:
        measure = REGISTER_MEASURE[name]
        rows = register(scope.day, region=scope.region, known_at=scope.known_at)
        return RegisterRecords(where(rows, measure.condition(scope.day)), measure.counted)
    if name in FACT_MEASURE:
        return _county_facts(name, scope)
    return _counties(name, scope)


def target_records(target: Target | None) -> ListedRecords:
    """The target itself, with its goal."""
    if target is None:
        return ListedRecords(())
    return ListedRecords((_target_record(target, target.goal),))


def growth_asked_records(target: Target | None) -> ListedRecords:
    """The target itself, with the growth it asks for."""
    if target is None:
        return ListedRecords(())
    return ListedRecords((_target_record(target, target.goal - target.baseline_value),))


def baseline_records(target: Target | None, scope: Scope) -> ListedRecords:
    """What the indicator counted on the day of the baseline, as it was known when the target was set.

    Where the stated baseline is another number, a record of its own says by how much, so that all add up to it.
    """
    if target is None:
        return ListedRecords(())
    known_at = target.recorded_at if scope.known_at is None else min(scope.known_at, target.recorded_at)
    counted = measure_records(target.indicator, Scope(scope.region, target.baseline_on, known_at))
    rows = tuple(counted.page(0, counted.count()))
    stated_apart = target.baseline_value - sum(row.value for row in rows)
    if not stated_apart:
        return ListedRecords(rows)
    name = gettext("Stated baseline, apart from the records of the day")
    return ListedRecords((*rows, Record("target", _target_code(target), name, target.region_id, stated_apart)))


def growth_records(target: Target | None, scope: Scope) -> ListedRecords:
    """Records that count otherwise than in the baseline, each with the difference it makes."""
    if target is None:
        return ListedRecords(())
    now = measure_records(target.indicator, scope)
    then = baseline_records(target, scope)
    before = {record.code: record for record in then.rows}
    after = {record.code: record for record in now.page(0, now.count())}
    moved = []
    for code in sorted(before.keys() | after.keys()):
        record = after.get(code) or before[code]
        change = (after[code].value if code in after else 0) - (before[code].value if code in before else 0)
        if change:
            moved.append(Record(record.kind, code, record.name, record.region, change, record.reported_on))
    return ListedRecords(tuple(moved))


def fact_records(fact: RegionFact | None) -> ListedRecords:
    """A single statement."""
    return ListedRecords(() if fact is None else (_fact_record(fact),))


def _county_facts(name: str, scope: Scope) -> ListedRecords:
    counties = Region.objects.counties_within(scope.region).values("pk")
    facts = latest_facts(FACT_MEASURE[name].kind, scope.day, scope.known_at).filter(region__in=counties)
    return ListedRecords(tuple(_fact_record(fact) for fact in facts.select_related("region")))


def _counties(name: str, scope: Scope) -> ListedRecords:
    """County units, each with the pilots by which it counts as covered."""
    pilots: dict[str, list[str]] = {}
    covering = measure_records(COVERED_BY, scope)
    for record in covering.page(0, covering.count()):
        pilots.setdefault(record.region, []).append(record.code)
    counties = Region.objects.counties_within(scope.region)
    if name == COUNTIES_COVERED:
        counties = counties.filter(code__in=pilots)
    elif name != COUNTIES_TOTAL:
        raise KeyError(name)
    return ListedRecords(
        tuple(
            Record("county", county.code, county.label, county.code, 1, parts=tuple(pilots.get(county.code, ())))
            for county in counties
        )
    )


def _fact_record(fact: RegionFact) -> Record:
    return Record("region_fact", fact.region_id, fact.region.label, fact.region_id, fact.value)


def _target_record(target: Target, value: int) -> Record:
    return Record("target", _target_code(target), str(target), target.region_id, value)


def _target_code(target: Target) -> str:
    return f"{target.region_id}-{target.year}-{target.indicator}"
