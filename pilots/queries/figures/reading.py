"""All figures of regions on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    values: dict[str, Value]

    @property
    def known_at(self) -> datetime | None:
        """The watermark of the night run that computed the day; None where it was read from the register just now."""
        return None if self.run is None else self.run.known_at


def read(region: Region, day: date) -> Reading:
    """The figures of one region."""
    return read_many([region], day)[region.code]


def read_many(regions: Sequence[Region], day: date) -> dict[str, Reading]:
    """The figures of several regions on one day, by region code; the number of queries does not grow with them.

    A day that the night run computed is read from its snapshots, so that a figure stands still between two runs and
    everybody sees the same; any other day is read from the register as it is now.
    """
    codes = [region.code for region in regions]
    run = latest_run(day)
    measured = snapshot_measures(day, codes) if run else {}
    missing = set(codes) - set(measured)
    if missing:
        measured |= live_measures(day, missing, run.known_at if run else None)
    targets = _targets(codes, day)
    facts = _facts(regions, day)
    readings = {}
    for region in regions:
        inputs = Inputs(region.code, day, measured[region.code], targets.get(region.code, {}), facts[region.code])
        values = {code: figure.value(inputs) for code, figure in FIGURES.items()}
        readings[region.code] = Reading(region, day, run, inputs, values)
    return readings


def _targets(codes: list[str], day: date) -> dict[str, dict[str, Target]]:
    found: dict[str, dict[str, Target]] = {}
    for target in current_targets(day.year, codes):
        found.setdefault(target.region_id, {})[target.indicator] = target
    return found


def _facts(regions: Sequence[Region], day: date) -> dict[str, dict[str, RegionFact]]:
    """For each region the nearest statement: its own, else its parent's, else its grandparent's."""
    parents = {region.parent_id for region in regions} - {None}
    grandparents = dict(Region.objects.filter(code__in=parents).values_list("code", "parent_id"))
    paths = {
        region.code: [
            code for code in (region.code, region.parent_id, grandparents.get(region.parent_id or "")) if code
        ]
        for region in regions
    }
    everywhere = {code for path in paths.values() for code in path}
    rows = RegionFact.objects.filter(kind__in=REGIONAL_FACTS, region__in=everywhere, effective_on__lte=day)
    latest = {(row.region_id, row.kind): row for row in rows.order_by("effective_on", "pk")}
    return {
        code: {
            kind: latest[region, kind]
            for kind in REGIONAL_FACTS
            for region in reversed(path)
            if (region, kind) in latest
        }
        for code, path in paths.items()
    }
