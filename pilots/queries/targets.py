"""Targets in force."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from pilots.models import Target


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
