"""Figures of pilots, coverage, places and children."""

from django.utils.translation import gettext_lazy as _

from pilots.queries.figures.definition import (
    CHILDREN,
    COUNTIES,
    INSTITUTIONS,
    PEOPLE,
    PER_THOUSAND,
    PERCENT,
    PILOTS,
    PLACES,
    TYPES,
    Figure,
)
from pilots.queries.figures.sources import FromKinds, FromMeasure, FromRatio
from pilots.states.facts import PilotType

COVERAGE: tuple[Figure, ...] = (
    Figure(
        "pilots_total",
        _("Pilots"),
        PILOTS,
        _("Institutions with a live city or provincial designation on the day."),
        FromMeasure("pilots_total"),
    ),
    Figure(
        "pilots_provincial",
        _("Provincial pilots"),
        PILOTS,
        _("Pilots whose live designation is provincial."),
        FromMeasure("pilots_provincial"),
    ),
    Figure(
        "provincial_types_covered",
        _("Pilot types with a provincial pilot"),
        TYPES,
        _("How many of the four pilot types have at least one provincial pilot."),
        FromKinds(
            (
                (PilotType.BRAND_CHAIN, "provincial_brand_pilots"),
                (PilotType.COMMUNITY, "provincial_community_pilots"),
                (PilotType.KINDERGARTEN, "provincial_kindergarten_pilots"),
                (PilotType.EMPLOYER, "provincial_welfare_pilots"),
            )
        ),
    ),
    Figure(
        "county_coverage_pct",
        _("Pilot coverage of county units"),
        PERCENT,
        _("County units with at least one live pilot as a share of all county units."),
        FromRatio("counties_covered", "counties_total"),
    ),
    Figure(
        "counties_covered",
        _("County units with a pilot"),
        COUNTIES,
        _("County units with at least one live pilot on the day."),
        FromMeasure("counties_covered"),
    ),
    Figure(
        "counties_total",
        _("County units"),
        COUNTIES,
        _("Counties, districts, county-level cities and development zones that hang from the region."),
        FromMeasure("counties_total"),
    ),
    Figure(
        "institutions_total",
        _("Institutions"),
        INSTITUTIONS,
        _("Institutions open on the day, whether they ever reported or not."),
        FromMeasure("institutions_total"),
    ),
    Figure(
        "institutions_filed",
        _("Filed institutions"),
        INSTITUTIONS,
        _("Open institutions with a filing, report-only filings included, that was not cancelled."),
        FromMeasure("institutions_filed"),
    ),
    Figure(
        "filing_rate_pct",
        _("Filing rate"),
        PERCENT,
        _("Filed institutions as a share of open institutions."),
        FromRatio("institutions_filed", "institutions_total"),
    ),
    Figure(
        "places_total",
        _("Places"),
        PLACES,
        _("Places of all open institutions by the latest capacity report not after the day."),
        FromMeasure("places_total"),
    ),
    Figure("places_pilot", _("Pilot places"), PLACES, _("Places of pilots."), FromMeasure("places_pilot")),
    Figure(
        "enrolled_total",
        _("Enrolled children"),
        CHILDREN,
        _("Children enrolled in all open institutions by the latest capacity report not after the day."),
        FromMeasure("enrolled_total"),
    ),
    Figure(
        "enrolled_pilot",
        _("Children enrolled in pilots"),
        CHILDREN,
        _("Children enrolled in pilots."),
        FromMeasure("enrolled_pilot"),
    ),
    Figure(
        "utilisation_pct",
        _("Utilisation"),
        PERCENT,
        _("Enrolled children as a share of places, of the same day."),
        FromRatio("enrolled_total", "places_total"),
    ),
    Figure(
        "utilisation_pilot_pct",
        _("Utilisation of pilots"),
        PERCENT,
        _("Children enrolled in pilots as a share of pilot places."),
        FromRatio("enrolled_pilot", "places_pilot"),
    ),
    Figure(
        "pilot_places_share_pct",
        _("Pilot share of places"),
        PERCENT,
        _("Pilot places as a share of all places."),
        FromRatio("places_pilot", "places_total"),
    ),
    Figure(
        "places_per_1000",
        _("Places per 1,000 residents"),
        PER_THOUSAND,
        _("Places of all open institutions for each 1,000 residents by the latest census or statement."),
        FromRatio("places_total", "population", digits=2, factor=1000),
    ),
    Figure(
        "population",
        _("Resident population"),
        PEOPLE,
        _("Residents of the county units by the latest statement not after the day."),
        FromMeasure("population"),
    ),
    Figure(
        "institutions_over_capacity",
        _("Institutions over capacity"),
        INSTITUTIONS,
        _("Open institutions whose latest report states more children than places."),
        FromMeasure("institutions_over_capacity"),
    ),
    Figure(
        "freshness_pct",
        _("Fresh reports"),
        PERCENT,
        _("Open institutions whose latest report is at most 60 days old as a share of open institutions."),
        FromRatio("institutions_fresh", "institutions_total"),
    ),
)
