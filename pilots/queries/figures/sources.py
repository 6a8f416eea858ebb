"""The kinds of figure: how each makes its value from measures, targets, facts and code lists."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.functional import Promise

from pilots.models import RegionFact, Target
from pilots.queries.figures.measures import Measures
from pilots.states.facts import PilotType
from pilots.states.regions import FactKind


@dataclass(frozen=True)
class Inputs:
    """All that the figures of one region on one day are made of."""

    region: str
    day: date
    measures: Measures
    targets: Mapping[str, Target] = field(default_factory=dict)
    facts: Mapping[str, RegionFact] = field(default_factory=dict)


@dataclass(frozen=True)
class Value:
    """A figure's value; None where it cannot be stated (no target, nothing to divide by)."""

    number: int | Decimal | None
    numerator: int | None = None
    denominator: int | None = None


NOTHING = Value(None)


def ratio(numerator: int, denominator: int, *, factor: int, digits: int) -> Value:
    """`factor` × numerator ÷ denominator, rounded half up to `digits` decimals; None over nothing."""
    if denominator <= 0:
        return Value(None, numerator, denominator)
    exact = Decimal(factor) * numerator / Decimal(denominator)
    rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return Value(int(rounded) if digits == 0 else rounded, numerator, denominator)


@dataclass(frozen=True)
class FromMeasure:
    """The figure is a measure."""

    measure: str

    def value(self, inputs: Inputs) -> Value:
        """The measure as it is."""
        return Value(inputs.measures[self.measure], inputs.measures[self.measure])


@dataclass(frozen=True)
class FromRatio:
    """One measure over another: a percentage (`factor` 100) or a rate (`factor` 1000)."""

    numerator: str
    denominator: str
    digits: int = 2
    factor: int = 100

    def value(self, inputs: Inputs) -> Value:
        """Rounded half up; None where the denominator is 0."""
        return ratio(
            inputs.measures[self.numerator],
            inputs.measures[self.denominator],
            factor=self.factor,
            digits=self.digits,
        )


@dataclass(frozen=True)
class FromKinds:
    """How many pilot types have a measure above zero."""

    measures: tuple[tuple[PilotType, str], ...]

    def value(self, inputs: Inputs) -> Value:
        """A count of kinds."""
        found = sum(1 for _kind, name in self.measures if inputs.measures[name] > 0)
        return Value(found, found)


@dataclass(frozen=True)
class FromTargetGoal:
    """The goal of the year's target for an indicator."""

    indicator: str

    def value(self, inputs: Inputs) -> Value:
        """None without such a target."""
        target = inputs.targets.get(self.indicator)
        return NOTHING if target is None else Value(target.goal, target.goal)


@dataclass(frozen=True)
class FromTargetBaseline:
    """The baseline of the year's target: the indicator's value on the baseline's own day."""

    indicator: str

    def value(self, inputs: Inputs) -> Value:
        """None without such a target."""
        target = inputs.targets.get(self.indicator)
        return NOTHING if target is None else Value(target.baseline_value, target.baseline_value)


@dataclass(frozen=True)
class FromTargetShare:
    """The indicator's value as a percentage of the year's goal."""

    indicator: str
    digits: int = 2

    def value(self, inputs: Inputs) -> Value:
        """None without such a target."""
        target = inputs.targets.get(self.indicator)
        if target is None:
            return NOTHING
        return ratio(inputs.measures[self.indicator], target.goal, factor=100, digits=self.digits)


@dataclass(frozen=True)
class FromTargetGrowth:
    """The growth since the baseline as a percentage of the growth asked for."""

    indicator: str
    digits: int = 2

    def value(self, inputs: Inputs) -> Value:
        """None without such a target, or where no growth was asked for."""
        target = inputs.targets.get(self.indicator)
        if target is None:
            return NOTHING
        grown = inputs.measures[self.indicator] - target.baseline_value
        return ratio(grown, target.goal - target.baseline_value, factor=100, digits=self.digits)


@dataclass(frozen=True)
class FromFact:
    """A dated statement about the region, or else about the nearest region above it."""

    kind: FactKind

    def value(self, inputs: Inputs) -> Value:
        """None where nothing was stated."""
        fact = inputs.facts.get(self.kind)
        return NOTHING if fact is None else Value(fact.value, fact.value)


@dataclass(frozen=True)
class FromCodeList:
    """The length of one of the programme's code lists."""

    choices: tuple[tuple[str, str | Promise], ...]

    def value(self, inputs: Inputs) -> Value:
        """The same for every region and day."""
        return Value(len(self.choices), len(self.choices))


@dataclass(frozen=True)
class FromRule:
    """A number fixed by the programme's rules."""

    number: int

    def value(self, inputs: Inputs) -> Value:
        """The same for every region and day."""
        return Value(self.number, self.number)


Source = (
    FromMeasure
    | FromRatio
    | FromKinds
    | FromTargetGoal
    | FromTargetBaseline
    | FromTargetShare
    | FromTargetGrowth
    | FromFact
    | FromCodeList
    | FromRule
)
