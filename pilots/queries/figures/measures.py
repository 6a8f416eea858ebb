"""Measures: the additive numbers of a region on a day, of which all figures are made.

A measure of a city is the sum over its county units, so one pass over the register serves every region.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.db.models import Aggregate, Count, F, Q, Sum
from django.db.models.functions import Coalesce

from pilots.states.facts import PilotLevel, PilotType
from pilots.states.institutions import ServiceModel
from pilots.states.regions import FactKind

Counted = Literal["institutions", "places", "enrolled"]
Condition = Callable[[date], Q]

FRESH_DAYS = 60
"""A report counts as fresh on its own day and the 60 days after it; the office may choose another term."""

PILOT = Q(pilot_level__isnull=False)
PROVINCIAL = Q(pilot_level=PilotLevel.PROVINCIAL)
NURSERY = Q(service_model=ServiceModel.KINDERGARTEN)
FILED = Q(filed_on__isnull=False)
INCLUSIVE = Q(inclusive=True)


@dataclass(frozen=True)
class RegisterMeasure:
    """Counts institutions of the register, or sums their places or enrolled children, where a condition holds."""

    name: str
    counted: Counted
    condition: Condition

    def aggregate(self, day: date) -> Aggregate | Coalesce:
        """The aggregate expression over the register of `day`; never NULL."""
        condition = self.condition(day)
        if self.counted == "institutions":
            return Count("pk", filter=condition)
        return Coalesce(Sum(self.counted, filter=condition), 0)


@dataclass(frozen=True)
class FactMeasure:
    """Sums the latest dated statement of each county unit."""

    name: str
    kind: FactKind


def _always(condition: Q) -> Condition:
    return lambda _day: condition


def _of_type(pilot_type: PilotType) -> Condition:
    return _always(Q(pilot_type=pilot_type))


def _provincial_of_type(pilot_type: PilotType) -> Condition:
    return _always(PROVINCIAL & Q(pilot_type=pilot_type))


def _new_provincial(day: date) -> Q:
    return PROVINCIAL & Q(provincial_since__gte=date(day.year, 1, 1))


def _fresh(day: date) -> Q:
    return Q(reported_on__gte=day - timedelta(days=FRESH_DAYS))


REGISTER_MEASURES: tuple[RegisterMeasure, ...] = (
    RegisterMeasure("institutions_total", "institutions", _always(Q())),
    RegisterMeasure("institutions_filed", "institutions", _always(FILED)),
    RegisterMeasure("institutions_over_capacity", "institutions", _always(Q(enrolled__gt=F("places")))),
    RegisterMeasure("institutions_fresh", "institutions", _fresh),
    RegisterMeasure("places_total", "places", _always(Q())),
    RegisterMeasure("enrolled_total", "enrolled", _always(Q())),
    RegisterMeasure("pilots_total", "institutions", _always(PILOT)),
    RegisterMeasure("places_pilot", "places", _always(PILOT)),
    RegisterMeasure("enrolled_pilot", "enrolled", _always(PILOT)),
    RegisterMeasure("pilots_provincial", "institutions", _always(PROVINCIAL)),
    RegisterMeasure("pilots_provincial_new", "institutions", _new_provincial),
    RegisterMeasure("provincial_brand_pilots", "institutions", _provincial_of_type(PilotType.BRAND_CHAIN)),
    RegisterMeasure("provincial_community_pilots", "institutions", _provincial_of_type(PilotType.COMMUNITY)),
    RegisterMeasure("provincial_kindergarten_pilots", "institutions", _provincial_of_type(PilotType.KINDERGARTEN)),
    RegisterMeasure("provincial_welfare_pilots", "institutions", _provincial_of_type(PilotType.EMPLOYER)),
    RegisterMeasure("kindergartens_with_nursery", "institutions", _always(NURSERY)),
    RegisterMeasure("kindergarten_places", "places", _always(NURSERY)),
    RegisterMeasure("kindergarten_pilots", "institutions", _always(NURSERY & PILOT)),
    RegisterMeasure("kindergarten_pilot_places", "places", _always(NURSERY & PILOT)),
    RegisterMeasure("brand_pilots", "institutions", _of_type(PilotType.BRAND_CHAIN)),
    RegisterMeasure("brand_pilot_places", "places", _of_type(PilotType.BRAND_CHAIN)),
    RegisterMeasure("community_pilots", "institutions", _of_type(PilotType.COMMUNITY)),
    RegisterMeasure("community_pilot_places", "places", _of_type(PilotType.COMMUNITY)),
    RegisterMeasure("welfare_pilots", "institutions", _of_type(PilotType.EMPLOYER)),
    RegisterMeasure("welfare_pilot_places", "places", _of_type(PilotType.EMPLOYER)),
    RegisterMeasure("inclusive_institutions", "institutions", _always(INCLUSIVE)),
    RegisterMeasure("inclusive_places", "places", _always(INCLUSIVE)),
    RegisterMeasure("inclusive_filings", "institutions", _always(INCLUSIVE & FILED)),
    RegisterMeasure("inclusive_filing_places", "places", _always(INCLUSIVE & FILED)),
)

FACT_MEASURES: tuple[FactMeasure, ...] = (
    FactMeasure("population", FactKind.POPULATION),
    FactMeasure("kindergartens_total", FactKind.KINDERGARTENS),
)

COUNTIES_TOTAL = "counties_total"
COUNTIES_COVERED = "counties_covered"
COVERED_BY = "pilots_total"
"""A county unit is covered on a day when this measure of it is above zero."""

REGISTER_MEASURE = {measure.name: measure for measure in REGISTER_MEASURES}
FACT_MEASURE = {measure.name: measure for measure in FACT_MEASURES}
MEASURE_NAMES: tuple[str, ...] = (COUNTIES_TOTAL, COUNTIES_COVERED, *FACT_MEASURE, *REGISTER_MEASURE)

Measures = dict[str, int]
"""All measures of one region on one day, by name."""


def aggregates(day: date) -> dict[str, Aggregate | Coalesce]:
    """Every register measure as an aggregate over the register of `day`."""
    return {measure.name: measure.aggregate(day) for measure in REGISTER_MEASURES}
