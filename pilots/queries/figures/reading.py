"""All figures of regions on a day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from pilots.models import NightRun, Region, RegionFact, Target
from pilots.queries.figures.measuring import live_measures, snapshot_measures
from pilots.queries.figures.registry import FIGURES
from pilots.queries.figures.sources import Inputs, Value
from pilots.queries.runs import latest_run
from pilots.queries.targets import current_targets
from pilots.states.regions import FactKind

REGIONAL_FACTS = (FactKind.LIVELIHOOD_PROJECTS, FactKind.STAR_REVIEW_YEAR)
"""Statements that also hold for the regions below the one they name."""


@dataclass(frozen=True)
class Reading:
    """The figures of one region on one day, and what they know."""

    region: Region
    day: date
    run: NightRun | None
    inputs: Inputs

    def value(self, code: str) -> Value:
        """One figure."""
        return FIGURES[code].value(self.inputs)

    @property
    def values(self) -> dict[str, Value]:
        """Every figure, by its code."""
        return {code: self.value(code) for code in FIGURES}

    @property
    def known_at(self) -> datetime | None:
        """The watermark of the night run that computed the day; None where it was read from the register just now."""
        return None if self.run is None else self.run.known_at


def read(region: Region, day: date) -> Reading:
    """The figures of one region, the programme's own constants included."""
    reading = read_many([region], day)[region.code]
    return replace(reading, inputs=replace(reading.inputs, facts=_facts(region, day, reading.known_at)))


def read_many(regions: Sequence[Region], day: date) -> dict[str, Reading]:
    """The figures of several regions on one day, by region code; the number of queries does not grow with them."""
    readings = read_without_targets(regions, day)
    known_at = next((reading.known_at for reading in readings.values()), None)
    targets = _targets(list(readings), day, known_at)
    return {
        code: replace(reading, inputs=replace(reading.inputs, targets=targets.get(code, {})))
        for code, reading in readings.items()
    }


def read_without_targets(regions: Sequence[Region], day: date) -> dict[str, Reading]:
    """The same without the figures of targets, which cannot be stated then: for comparisons with an earlier day.

    A day that the night run computed is read from its snapshots, so that a figure stands still between two runs and
    everybody sees the same; any other day is read from the register as it is now.
    """
    codes = [region.code for region in regions]
    run = latest_run(day)
    measured = snapshot_measures(day, codes) if run else {}
    missing = set(codes) - set(measured)
    if missing:
        measured |= live_measures(day, missing, run.known_at if run else None)
    return {
        region.code: Reading(region, day, run, Inputs(region.code, day, measured[region.code])) for region in regions
    }


def _targets(codes: list[str], day: date, known_at: datetime | None) -> dict[str, dict[str, Target]]:
    found: dict[str, dict[str, Target]] = {}
    for target in current_targets(day.year, codes, known_at):
        found.setdefault(target.region_id, {})[target.indicator] = target
    return found


def _facts(region: Region, day: date, known_at: datetime | None) -> dict[str, RegionFact]:
    """The nearest statement of each kind: the region's own, else its parent's, else its grandparent's."""
    path = [region.code]
    while region.parent is not None:
        region = region.parent
        path.append(region.code)
    rows = RegionFact.objects.filter(kind__in=REGIONAL_FACTS, region__in=path, effective_on__lte=day)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    latest = {(row.region_id, row.kind): row for row in rows.select_related("region").order_by("effective_on", "pk")}
    return {kind: latest[code, kind] for kind in REGIONAL_FACTS for code in reversed(path) if (code, kind) in latest}
