"""How a target stands on a day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pilots.models import Target
from pilots.queries.figures.sources import ratio

_NOTHING = Decimal("0.00")

AT_RISK_SHARE = 2
"""At risk until the growth reached is less than the share of time gone divided by this; then behind."""


@dataclass(frozen=True)
class Pace:
    """A target's actual value beside its goal and the time gone."""

    target: Target
    actual: int
    share: Decimal
    """Actual ÷ goal, per cent."""
    growth: Decimal | None
    """Growth since the baseline ÷ growth asked for, per cent; None where no growth was asked for."""
    time_share: Decimal
    """Share of the target's year that is gone, per cent."""
    status: str
    """met, on_track, at_risk or behind"""


def pace(target: Target, actual: int, day: date) -> Pace:
    """Where a target stands: met at its goal, else by its growth against the share of the year gone."""
    share = _percent(actual, target.goal) or _NOTHING
    asked = target.goal - target.baseline_value
    growth = _percent(actual - target.baseline_value, asked)
    time_share = _time_share(target.year, day)
    reached = growth if growth is not None else _NOTHING
    return Pace(
        target,
        actual,
        share,
        growth,
        time_share,
        _status(actual >= target.goal, reached, time_share),
    )


def _time_share(year: int, day: date) -> Decimal:
    first, last = date(year, 1, 1), date(year, 12, 31)
    gone = min(max((day - first).days + 1, 0), (last - first).days + 1)
    return _percent(gone, (last - first).days + 1) or _NOTHING


def _percent(part: int, whole: int) -> Decimal | None:
    number = ratio(part, whole, factor=100, digits=2).number
    return None if number is None else Decimal(number)


def _status(met: bool, reached: Decimal, time_share: Decimal) -> str:  # noqa: FBT001  # a fact, not a switch
    if met:
        return "met"
    if reached >= time_share:
        return "on_track"
    return "at_risk" if reached * AT_RISK_SHARE >= time_share else "behind"
