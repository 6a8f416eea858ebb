"""Figures of targets, and the programme's own constants."""

from django.utils.translation import gettext_lazy as _

from pilots.queries.figures.definition import PERCENT, PILOTS, PLACES, PROJECTS, TYPES, YEAR, YEARS, Figure
from pilots.queries.figures.sources import (
    FromCodeList,
    FromFact,
    FromMeasure,
    FromRule,
    FromTargetBaseline,
    FromTargetGoal,
    FromTargetGrowth,
    FromTargetShare,
)
from pilots.states.institutions import ServiceModel
from pilots.states.regions import FactKind

PROGRAMME: tuple[Figure, ...] = (
    Figure(
        "target_pilots_base",
        _("Pilots: baseline of the target"),
        PILOTS,
        _("Pilots on the day of the baseline of the year's target."),
        FromTargetBaseline("pilots_total"),
    ),
    Figure(
        "target_pilots",
        _("Pilots: goal of the year"),
        PILOTS,
        _("Pilots the region was asked to reach by the end of the year."),
        FromTargetGoal("pilots_total"),
    ),
    Figure(
        "target_pilots_progress_pct",
        _("Pilots: share of the goal"),
        PERCENT,
        _("Pilots as a share of the year's goal."),
        FromTargetShare("pilots_total"),
    ),
    Figure(
        "target_pilots_growth_pct",
        _("Pilots: share of the growth asked for"),
        PERCENT,
        _("Growth of pilots since the baseline as a share of the growth from baseline to goal."),
        FromTargetGrowth("pilots_total"),
    ),
    Figure(
        "target_places_base",
        _("Pilot places: baseline of the target"),
        PLACES,
        _("Pilot places on the day of the baseline of the year's target."),
        FromTargetBaseline("places_pilot"),
    ),
    Figure(
        "target_places",
        _("Pilot places: goal of the year"),
        PLACES,
        _("Pilot places the region was asked to reach by the end of the year."),
        FromTargetGoal("places_pilot"),
    ),
    Figure(
        "target_places_progress_pct",
        _("Pilot places: share of the goal"),
        PERCENT,
        _("Pilot places as a share of the year's goal."),
        FromTargetShare("places_pilot"),
    ),
    Figure(
        "target_places_growth_pct",
        _("Pilot places: share of the growth asked for"),
        PERCENT,
        _("Growth of pilot places since the baseline as a share of the growth from baseline to goal."),
        FromTargetGrowth("places_pilot"),
    ),
    Figure(
        "pilots_provincial_new",
        _("New provincial pilots of the year"),
        PILOTS,
        _("Provincial pilots whose provincial designation took effect since 1 January of the year."),
        FromMeasure("pilots_provincial_new"),
    ),
    Figure(
        "province_new_pilots",
        _("New provincial pilots: task of the year"),
        PILOTS,
        _("New provincial pilots the province was asked for in the year."),
        FromTargetGoal("pilots_provincial_new"),
    ),
    Figure(
        "province_new_pilots_progress_pct",
        _("New provincial pilots: share of the task"),
        PERCENT,
        _("New provincial pilots of the year as a share of the year's task."),
        FromTargetShare("pilots_provincial_new"),
    ),
    Figure(
        "livelihood_projects",
        _("People's livelihood projects"),
        PROJECTS,
        _("Projects on the province's list of the year, childcare being one of them."),
        FromFact(FactKind.LIVELIHOOD_PROJECTS),
    ),
    Figure(
        "star_review_year",
        _("Year under star assessment"),
        YEAR,
        _("The provincial pilots designated in this year are due for star assessment."),
        FromFact(FactKind.STAR_REVIEW_YEAR),
    ),
    Figure(
        "age_limit_years",
        _("Age limit"),
        YEARS,
        _("Care in the sense of the programme is for children under this age."),
        FromRule(3),
    ),
    Figure(
        "service_models",
        _("Service models"),
        TYPES,
        _("Service models that the programme distinguishes."),
        FromCodeList(tuple((code, label) for code, label in ServiceModel.choices)),
    ),
)
