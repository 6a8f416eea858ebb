"""What a region's dashboard shows, decided here so that its templates only print."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.models import Region
from pilots.policies.regions import sees_region
from pilots.policies.standing import Principal
from pilots.queries.figures.definition import PER_THOUSAND, PERCENT
from pilots.queries.figures.pace import Pace, pace
from pilots.queries.figures.reading import Reading
from pilots.queries.figures.registry import FIGURES
from pilots.queries.figures.sources import Value
from pilots.states.regions import Level
from pilots.web.days import dated

Row = dict[str, Any]

GROUPS: tuple[tuple[Promise, tuple[str, ...]], ...] = (
    (
        gettext_lazy("Pilots and coverage"),
        ("pilots_total", "county_coverage_pct", "pilots_provincial", "provincial_types_covered"),
    ),
    (
        gettext_lazy("Places and children"),
        (
            "places_total",
            "enrolled_total",
            "utilisation_pct",
            "places_per_1000",
            "places_pilot",
            "enrolled_pilot",
            "utilisation_pilot_pct",
            "pilot_places_share_pct",
        ),
    ),
    (
        gettext_lazy("Kindergartens with nursery classes"),
        (
            "kindergartens_total",
            "kindergartens_with_nursery",
            "kindergarten_places",
            "kindergarten_places_share_pct",
            "kindergarten_pilots",
            "kindergarten_pilot_places",
        ),
    ),
    (
        gettext_lazy("Other lines of supply"),
        (
            "brand_pilots",
            "brand_pilot_places",
            "community_pilots",
            "community_pilot_places",
            "welfare_pilots",
            "welfare_pilot_places",
            "inclusive_filings",
            "inclusive_filing_places",
        ),
    ),
)
MAP_FIGURES = (
    "pilots_total",
    "places_pilot",
    "places_total",
    "enrolled_total",
    "utilisation_pct",
    "places_per_1000",
    "kindergarten_places_share_pct",
    "target_pilots_progress_pct",
    "target_places_progress_pct",
)
COLUMNS = (
    "institutions_total",
    "pilots_total",
    "places_total",
    "places_pilot",
    "enrolled_total",
    "utilisation_pct",
    "places_per_1000",
)
STATUS_LABELS = {
    "met": gettext_lazy("Met"),
    "on_track": gettext_lazy("On track"),
    "at_risk": gettext_lazy("At risk"),
    "behind": gettext_lazy("Behind"),
}
_MAX_ATTENTION = 8


def region_url(region: Region, day: date, **more: str) -> str:
    """A region's dashboard on a day."""
    return dated(reverse("region", args=[region.code]), day, **more)


def figure_url(code: str, region: Region, day: date) -> str:
    """A figure's explanation."""
    return dated(reverse("figure", args=[code]), day, region=region.code)


def breadcrumb(region: Region, reader: Principal, day: date, *, leaf: str = "") -> list[Row]:
    """The way down to the region; regions the reader may not open are named, not linked."""
    crumbs: list[Row] = []
    step: Region | None = region
    while step is not None:
        crumbs.insert(0, {"label": step.label, "url": region_url(step, day) if sees_region(reader, step) else None})
        step = step.parent
    if leaf:
        return [*crumbs, {"label": leaf, "url": None}]
    crumbs[-1]["url"] = None
    return crumbs


def metric_groups(now: Reading, before: Reading) -> list[Row]:
    """The key figures, each with its change against a year ago."""
    return [{"title": title, "metrics": [_metric(code, now, before) for code in codes]} for title, codes in GROUPS]


def target_rows(reading: Reading) -> list[Row]:
    """The region's own targets of the year."""
    paces = [
        pace(target, reading.inputs.measures[target.indicator], reading.day)
        for target in reading.inputs.targets.values()
    ]
    return [_target(each, reading) for each in paces]


def columns_of(region: Region) -> tuple[str, ...]:
    """Figures in the table of the regions below: coverage is a matter of regions that have county units."""
    return (*COLUMNS, "county_coverage_pct") if region.level == Level.PROVINCE else COLUMNS


def child_columns(figures: Sequence[str], sort: str, *, descending: bool, url: str) -> list[Row]:
    """Headings of the table of regions below, each a link that sorts by it."""
    columns = [("code", _("Area")), *((code, _heading(code)) for code in figures)]
    return [
        {
            "label": label,
            "url": f"{url}&sort={'-' if code == sort and not descending else ''}{code}",
            "sorted": ("desc" if descending else "asc") if code == sort else "",
        }
        for code, label in columns
    ]


def child_rows(readings: Sequence[Reading], figures: Sequence[str], sort: str, *, descending: bool) -> list[Row]:
    """The regions below, sorted; values that cannot be stated come last."""

    def key(reading: Reading) -> Decimal:
        number = reading.value(sort).number
        return Decimal(-1) if number is None else Decimal(number)

    ordered = list(readings) if sort == "code" else sorted(readings, key=key)
    if descending:
        ordered.reverse()
    return [
        {
            "code": reading.region.code,
            "name": reading.region.label,
            "url": region_url(reading.region, reading.day),
            "cells": child_totals(reading, figures),
            "covered": reading.inputs.measures["counties_covered"] > 0,
        }
        for reading in ordered
    ]


def child_totals(reading: Reading, figures: Sequence[str]) -> list[str]:
    """A region's values in the columns of the table; the region's own stand under the regions below it."""
    return [FIGURES[code].text(reading.value(code).number) for code in figures]


def map_data(readings: Sequence[Reading], code: str) -> Row:
    """What the map draws: one value for each county unit."""
    figure = FIGURES[code]
    return {
        "figure": {
            "code": code,
            "name": str(figure.name),
            "unit": str(figure.unit),
            "scale": "sequential",
            "digits": figure.digits,
        },
        "regions": [_map_region(reading, code) for reading in readings],
        "no_data": _("no data"),
    }


def attention(readings: Sequence[Reading]) -> list[Row]:
    """County units that need a call: without a pilot, far behind a target, over capacity."""
    rows: list[Row] = []
    for reading in readings:
        if reading.region.level == Level.COUNTY:
            rows.extend(_county_attention(reading))
    order = {"behind": 0, "at_risk": 1}
    rows.sort(key=lambda row: order[row["status"]])
    if len(rows) <= _MAX_ATTENTION:
        return rows
    more = len(rows) - _MAX_ATTENTION
    rest = ngettext("and %(count)d more point", "and %(count)d more points", more) % {"count": more}
    return [*rows[:_MAX_ATTENTION], {"label": rest, "url": "#areas", "status": "info", "status_label": _("More")}]


def _metric(code: str, now: Reading, before: Reading) -> Row:
    figure = FIGURES[code]
    value, earlier = now.value(code), before.value(code)
    change, direction = _change(value, earlier, code)
    fraction = ""
    if value.denominator is not None:
        fraction = (
            f"{FIGURES['pilots_total'].text(value.numerator)} / {FIGURES['pilots_total'].text(value.denominator)}"
        )
    return {
        "code": code,
        "label": figure.name,
        "value": figure.text(value.number),
        "unit": figure.unit if value.number is not None else "",
        "change": change,
        "change_direction": direction,
        "sub": fraction,
        "url": figure_url(code, now.region, now.day),
    }


def _change(value: Value, earlier: Value, code: str) -> tuple[str, str]:
    if value.number is None or earlier.number is None:
        return "", ""
    difference = Decimal(value.number) - Decimal(earlier.number)
    if difference == 0:
        return _("as a year ago"), "flat"
    sign = "+" if difference > 0 else "−"
    text = _("%(sign)s%(difference)s on a year ago") % {"sign": sign, "difference": FIGURES[code].text(abs(difference))}
    return text, "up" if difference > 0 else "down"


def _target(each: Pace, reading: Reading) -> Row:
    target, figure = each.target, FIGURES[each.target.indicator]
    growth = ""
    if each.growth is not None:
        growth = _("%(growth)s %% of the growth from %(baseline)s (%(day)s)") % {
            "growth": each.growth,
            "baseline": figure.text(target.baseline_value),
            "day": target.baseline_on,
        }
    return {
        "label": _("%(figure)s: from %(baseline)s to %(goal)s")
        % {
            "figure": figure.name,
            "baseline": figure.text(target.baseline_value),
            "goal": figure.text(target.goal),
        },
        "unit": figure.unit,
        "goal": figure.text(target.goal),
        "actual": figure.text(each.actual),
        "share": f"{min(each.share, Decimal(100)):.2f}",
        "share_text": f"{each.share} %",
        "growth_text": growth,
        "time_share": f"{each.time_share:.2f}",
        "time_share_text": _("%(share)s %% of the year gone") % {"share": each.time_share},
        "status": each.status,
        "status_label": STATUS_LABELS[each.status],
        "url": figure_url(target.indicator, reading.region, reading.day),
        "mandate": target.mandate,
        "document": target.document,
    }


def _heading(code: str) -> str:
    figure = FIGURES[code]
    return f"{figure.name} ({figure.unit})" if figure.unit in (PERCENT, PER_THOUSAND) else str(figure.name)


def _map_region(reading: Reading, code: str) -> Row:
    number = reading.value(code).number
    region = reading.region
    return {
        "code": region.code,
        "name": region.label,
        "value": None if number is None else float(number),
        "text": FIGURES[code].text(number),
        "url": region_url(region, reading.day),
        "is_zone": region.is_development_zone,
        "lon": float(region.longitude) if region.longitude is not None else None,
        "lat": float(region.latitude) if region.latitude is not None else None,
    }


def _county_attention(reading: Reading) -> list[Row]:
    measures, region, day = reading.inputs.measures, reading.region, reading.day
    rows: list[Row] = []
    if not measures["counties_covered"]:
        rows.append(_point(reading, "behind", _("No pilot"), _("No live pilot: the county unit is not covered.")))
    for target in reading.inputs.targets.values():
        each = pace(target, measures[target.indicator], day)
        if each.status == "behind" and each.target.indicator == "pilots_total" and measures["counties_covered"]:
            text = _("%(figure)s: %(actual)s of %(goal)s") % {
                "figure": FIGURES[target.indicator].name,
                "actual": each.actual,
                "goal": target.goal,
            }
            rows.append(_point(reading, "at_risk", _("Behind"), text))
    over = measures["institutions_over_capacity"]
    if over:
        text = ngettext(
            "%(count)d institution states more children than places.",
            "%(count)d institutions state more children than places.",
            over,
        ) % {"count": over}
        row = _point(reading, "at_risk", _("Over capacity"), text)
        rows.append({**row, "url": figure_url("institutions_over_capacity", region, day)})
    return rows


def _point(reading: Reading, status: str, label: str, text: str) -> Row:
    return {
        "label": reading.region.label,
        "text": text,
        "url": region_url(reading.region, reading.day),
        "status": status,
        "status_label": label,
    }
