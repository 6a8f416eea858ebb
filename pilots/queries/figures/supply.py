"""Figures of the lines of supply: kindergartens, brands, community, employers, inclusive filings."""

from django.utils.translation import gettext_lazy as _

from pilots.queries.figures.definition import INSTITUTIONS, KINDERGARTENS, PERCENT, PLACES, Figure
from pilots.queries.figures.sources import FromMeasure, FromRatio

SUPPLY: tuple[Figure, ...] = (
    Figure(
        "kindergartens_total",
        _("Kindergartens"),
        KINDERGARTENS,
        _("Kindergartens of the county units by the latest statement not after the day."),
        FromMeasure("kindergartens_total"),
    ),
    Figure(
        "kindergartens_with_nursery",
        _("Kindergartens with nursery classes"),
        KINDERGARTENS,
        _("Open institutions whose service model is a kindergarten with nursery classes."),
        FromMeasure("kindergartens_with_nursery"),
    ),
    Figure(
        "nursery_share_pct",
        _("Share of kindergartens with nursery classes"),
        PERCENT,
        _("Kindergartens with nursery classes as a share of all kindergartens."),
        FromRatio("kindergartens_with_nursery", "kindergartens_total"),
    ),
    Figure(
        "kindergarten_places",
        _("Nursery places in kindergartens"),
        PLACES,
        _("Places of kindergartens with nursery classes."),
        FromMeasure("kindergarten_places"),
    ),
    Figure(
        "kindergarten_places_share_pct",
        _("Kindergarten share of places"),
        PERCENT,
        _("Nursery places in kindergartens as a share of all places, in whole per cent."),
        FromRatio("kindergarten_places", "places_total", digits=0),
    ),
    Figure(
        "kindergarten_pilots",
        _("Kindergarten pilots"),
        KINDERGARTENS,
        _("Kindergartens with nursery classes that are pilots."),
        FromMeasure("kindergarten_pilots"),
    ),
    Figure(
        "kindergarten_pilot_places",
        _("Places of kindergarten pilots"),
        PLACES,
        _("Places of kindergartens with nursery classes that are pilots."),
        FromMeasure("kindergarten_pilot_places"),
    ),
    Figure(
        "brand_pilots",
        _("Brand chain pilots"),
        INSTITUTIONS,
        _("Pilots of the type brand chain."),
        FromMeasure("brand_pilots"),
    ),
    Figure(
        "brand_pilot_places",
        _("Places of brand chain pilots"),
        PLACES,
        _("Places of pilots of the type brand chain."),
        FromMeasure("brand_pilot_places"),
    ),
    Figure(
        "community_pilots",
        _("Community pilots"),
        INSTITUTIONS,
        _("Pilots of the type community, publicly built or publicly aided."),
        FromMeasure("community_pilots"),
    ),
    Figure(
        "community_pilot_places",
        _("Places of community pilots"),
        PLACES,
        _("Places of pilots of the type community."),
        FromMeasure("community_pilot_places"),
    ),
    Figure(
        "welfare_pilots",
        _("Employer welfare pilots"),
        INSTITUTIONS,
        _("Pilots of the type employer welfare."),
        FromMeasure("welfare_pilots"),
    ),
    Figure(
        "welfare_pilot_places",
        _("Places of employer welfare pilots"),
        PLACES,
        _("Places of pilots of the type employer welfare."),
        FromMeasure("welfare_pilot_places"),
    ),
    Figure(
        "inclusive_filings",
        _("Filed inclusive institutions"),
        INSTITUTIONS,
        _("Institutions with a live inclusive recognition and a filing. Cuts across the pilot types."),
        FromMeasure("inclusive_filings"),
    ),
    Figure(
        "inclusive_filing_places",
        _("Places of filed inclusive institutions"),
        PLACES,
        _("Places of institutions with a live inclusive recognition and a filing."),
        FromMeasure("inclusive_filing_places"),
    ),
    Figure(
        "inclusive_places_share_pct",
        _("Inclusive share of places"),
        PERCENT,
        _("Places of institutions with a live inclusive recognition as a share of all places."),
        FromRatio("inclusive_places", "places_total"),
    ),
)
