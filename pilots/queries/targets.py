"""Targets: those in force, and the ledger of each."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from pilots.models import Target
from pilots.queries.figures.registry import FIGURES
from pilots.queries.figures.sources import FromMeasure

_NOT_ASKED_FOR = frozenset({"counties_total", "population", "kindergartens_total", "institutions_over_capacity"})
"""Counted, but nothing that a region is asked to raise."""

TARGET_INDICATORS: tuple[str, ...] = tuple(
    code for code, figure in FIGURES.items() if figure.source == FromMeasure(code) and code not in _NOT_ASKED_FOR
)
"""Figures for which a target can be set: counts that a region can be asked to raise."""


def current_targets(
    year: int, regions: Iterable[str] | None = None, known_at: datetime | None = None
) -> QuerySet[Target]:
    """The targets of a year that stand: for each region and indicator the line recorded last, up to `known_at`."""
    targets = Target.objects.filter(year=year)
    if known_at is not None:
        targets = targets.filter(recorded_at__lte=known_at)
    if regions is not None:
        targets = targets.filter(region__in=list(regions))
    return targets.order_by("region_id", "indicator", "-pk").distinct("region_id", "indicator")


def target_ledger(region: str, indicator: str, year: int) -> QuerySet[Target]:
    """Every line of one target, the one that stands first."""
    return Target.objects.filter(region=region, indicator=indicator, year=year).order_by("-pk")


def target_years(regions: Iterable[str]) -> list[int]:
    """Years for which any of the regions has a target, the latest first."""
    found = Target.objects.filter(region__in=list(regions)).order_by("-year").values_list("year", flat=True)
    return list(found.distinct())
