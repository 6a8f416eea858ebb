"""Measures of regions on a day: from the night run's snapshots, or from the register where the day was not computed."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import F, Q, QuerySet

from pilots.models import CoverageSnapshot, Region, RegionFact, RegisterRow
from pilots.queries.figures.measures import (
    COUNTIES_COVERED,
    COUNTIES_TOTAL,
    COVERED_BY,
    FACT_MEASURES,
    MEASURE_NAMES,
    REGISTER_MEASURES,
    Measures,
    aggregates,
)
from pilots.states.regions import FactKind, Level


def snapshot_measures(day: date, regions: Iterable[str]) -> dict[str, Measures]:
    """What the night run stored for `day`, by region code. A region without a snapshot is missing from the answer."""
    rows = CoverageSnapshot.objects.filter(day=day, region__in=list(regions)).values("region_id", *MEASURE_NAMES)
    return {row.pop("region_id"): row for row in rows}


def live_measures(day: date, regions: Iterable[str], known_at: datetime | None = None) -> dict[str, Measures]:
    """The measures of `day` from the register itself, by region code, summed up the tree."""
    wanted = set(regions)
    counties = list(
        Region.objects.filter(
            Q(code__in=wanted) | Q(parent__in=wanted) | Q(parent__parent__in=wanted), level=Level.COUNTY
        ).values_list("code", "parent_id", "parent__parent_id")
    )
    by_county = _county_measures(day, [code for code, *_ in counties], known_at)
    totals: dict[str, Measures] = {code: dict.fromkeys(MEASURE_NAMES, 0) for code in wanted}
    for code, *above in counties:
        for region in wanted.intersection([code, *above]):
            total = totals[region]
            for name, number in by_county[code].items():
                total[name] += number
    return totals


def latest_facts(kind: FactKind, day: date, known_at: datetime | None = None) -> QuerySet[RegionFact]:
    """The statement of `kind` that holds on `day`, one row a region that has any."""
    facts = RegionFact.objects.filter(kind=kind, effective_on__lte=day)
    if known_at is not None:
        facts = facts.filter(recorded_at__lte=known_at)
    return facts.order_by("region_id", "-effective_on", "-pk").distinct("region_id")


def _county_measures(day: date, counties: list[str], known_at: datetime | None) -> dict[str, Measures]:
    rows = RegisterRow.objects.on(day, known_at).filter(county__in=counties)
    measured: dict[str, Measures] = {code: dict.fromkeys(MEASURE_NAMES, 0) for code in counties}
    columns = [measure.name for measure in REGISTER_MEASURES]
    for code, *numbers in rows.values(code=F("county_id")).annotate(**aggregates(day)).values_list("code", *columns):
        measured[code].update(zip(columns, numbers, strict=True))
    for measure in FACT_MEASURES:
        for fact in latest_facts(measure.kind, day, known_at).filter(region__in=counties):
            measured[fact.region_id][measure.name] = fact.value
    for measures in measured.values():
        measures[COUNTIES_TOTAL] = 1
        measures[COUNTIES_COVERED] = int(measures[COVERED_BY] > 0)
    return measured
