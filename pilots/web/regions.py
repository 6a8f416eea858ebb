"""Dashboards of regions."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from pilots.models import Region
from pilots.policies.regions import visible_regions
from pilots.queries.figures.reading import Reading, read_many, read_without_targets
from pilots.queries.figures.registry import FIGURES
from pilots.queries.steady import one_instant
from pilots.states.regions import Level
from pilots.web import dashboard
from pilots.web.days import asked_day, asks_for, dated, stamp
from pilots.web.timelines import timeline_of
from portal.shared.audience import Audience, open_to


@open_to(Audience.REGION)
@require_safe
@vary_on_headers("HX-Request")
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """A region's key figures, map, targets, and the regions below it, on a day."""
    region = get_object_or_404(visible_regions(request.user).select_related("parent__parent"), pk=code)
    asked = asked_day(request)
    below = list(Region.objects.within(code).exclude(pk=code).select_related("parent"))
    with one_instant():
        now = read_many([region, *below], asked.day)
    context = {"region": _shown(region), "request": request, **asked.context(), **_map(request, region, below, now)}
    if asks_for(request, "map-panel"):
        return render(request, "pilots/regions/_map.html", context, status=asked.status)
    # The page that everybody opens first does without the query, until its reader asks for the trail.
    trail = timeline_of(request, region) if "trail" in request.GET else {"timeline_asked": _with_trail(request)}
    context |= {**_page(request, region, below, now), **trail}
    return render(request, "pilots/regions/detail.html", context, status=asked.status)


def _with_trail(request: HttpRequest) -> str:
    asked = request.GET.copy()
    asked["trail"] = "on"
    return f"?{asked.urlencode()}#timeline"


def _page(request: HttpRequest, region: Region, below: list[Region], now: dict[str, Reading]) -> dict[str, Any]:
    reading = now[region.code]
    before = read_without_targets([region], _year_before(reading.day))[region.code]
    children = [now[each.code] for each in below if each.parent_id == region.code]
    figures = dashboard.columns_of(region)
    sort, descending = _sort(request, figures)
    url = dated(reverse("region", args=[region.code]), reading.day)
    counties = [now[each.code] for each in [region, *below] if each.level == Level.COUNTY]
    return {
        "breadcrumb": dashboard.breadcrumb(region, request.user, reading.day),
        "stamp": stamp(reading.run),
        "metric_groups": dashboard.metric_groups(reading, before),
        "targets": dashboard.target_rows(reading),
        "attention": dashboard.attention(counties),
        "children": dashboard.child_rows(children, figures, sort, descending=descending),
        "child_columns": dashboard.child_columns(figures, sort, descending=descending, url=url),
        "child_totals": dashboard.child_totals(reading, figures),
        "institutions_url": dated(reverse("institutions"), reading.day, county=region.code),
    }


def _map(request: HttpRequest, region: Region, below: list[Region], now: dict[str, Reading]) -> dict[str, Any]:
    asked = request.GET.get("map", "")
    chosen = asked if asked in dashboard.MAP_FIGURES else dashboard.MAP_FIGURES[0]
    counties = [now[each.code] for each in [region, *below] if each.level == Level.COUNTY]
    return {
        "map_figures": [
            {"code": code, "label": FIGURES[code].name, "selected": code == chosen} for code in dashboard.MAP_FIGURES
        ],
        "map_data": dashboard.map_data(counties, chosen),
        "map_url": staticfiles_storage.url("maps/hebei_counties.geojson"),
    }


def _shown(region: Region) -> dict[str, str]:
    return {
        "code": region.code,
        "name": region.label,
        "level_label": str(Level(region.level).label),
        "url": reverse("region", args=[region.code]),
    }


def _sort(request: HttpRequest, figures: Sequence[str]) -> tuple[str, bool]:
    asked = request.GET.get("sort", "code")
    column = asked.removeprefix("-")
    if column not in ("code", *figures):
        return "code", False
    return column, asked.startswith("-")


def _year_before(day: date) -> date:
    """The same day a year earlier; 28 February for 29 February."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
