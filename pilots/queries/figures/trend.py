"""A figure's course over the snapshots of one region."""

from datetime import date
from decimal import Decimal

from pilots.models import CoverageSnapshot
from pilots.queries.figures.definition import Figure
from pilots.queries.figures.measures import MEASURE_NAMES
from pilots.queries.figures.sources import FromKinds, FromMeasure, FromRatio, Inputs

MONTHS = 24


def trend(figure: Figure, region: str, day: date, months: int = MONTHS) -> list[tuple[date, int | Decimal | None]]:
    """The figure on the first of each month up to `day`, and on `day`, where the night run computed them.

    Empty for figures that are no matter of records: targets' goals, programme constants.
    """
    if not isinstance(figure.source, FromMeasure | FromRatio | FromKinds):
        return []
    days = [*first_days(day, months), day]
    rows = CoverageSnapshot.objects.filter(region=region, day__in=days).order_by("day")
    return [
        (row.pop("day"), figure.value(Inputs(region, day, row)).number) for row in rows.values("day", *MEASURE_NAMES)
    ]


def first_days(day: date, months: int) -> list[date]:
    """The firsts of the months before `day`, oldest first."""
    index = day.year * 12 + day.month - 1
    firsts = [date(number // 12, number % 12 + 1, 1) for number in range(index - months + 1, index + 1)]
    return [first for first in firsts if first < day]
