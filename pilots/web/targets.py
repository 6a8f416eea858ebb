"""Targets of a region and of those below it, with their pace; and one target with its whole ledger."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pilots.models import Region
from pilots.policies.regions import visible_regions
from pilots.policies.standing import standing
from pilots.policies.targets import may_propose_target
from pilots.policies.timelines import TargetLine
from pilots.queries.figures.reading import read_without_targets
from pilots.queries.figures.registry import FIGURES
from pilots.queries.targets import current_targets, target_ledger, target_years
from pilots.states.regions import Level
from pilots.web import target_pages as shown
from pilots.web.days import asked_day, request_demo, stamp
from pilots.web.timelines import timeline_of
from portal.approvals.policies import visible_proposals
from portal.shared.audience import Audience, open_to

YEARS = range(2000, 2101)


@open_to(Audience.REGION)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The targets of a region and of the regions directly below it, with the sums of the ladder checked."""
    visible = visible_regions(request.user)
    code = request.GET.get("region") or _first_region(request)
    region = get_object_or_404(visible.select_related("parent__parent"), pk=code)
    asked = asked_day(request)
    children = list(Region.objects.filter(parent=region).select_related("parent__parent"))
    regions = [region, *children]
    codes = [each.code for each in regions]
    year = _year(request, asked.day)
    day = min(asked.day, date(year, 12, 31))
    readings = read_without_targets(regions, day)
    proposals = visible_proposals(request.user).filter(act=shown.ACT, place__in=codes)
    context = {
        **asked.context(),
        "stamp": stamp(readings[region.code].run),
        "as_of": day,
        "region": {"name": region.label, "code": region.code},
        "years": shown.year_choices({*target_years(codes), asked.today.year, asked.today.year + 1, year}, year),
        "year": year,
        "areas": [{"code": each.code, "label": each.label, "selected": each == region} for each in _areas(visible)],
        "breadcrumb": shown.ladder(region, request.user, year),
        "groups": shown.groups(regions, list(current_targets(year, codes)), readings),
        "proposals": shown.open_rows(proposals.open_at(timezone.now()).select_related("proposed_by"), year),
        "propose_url": shown.propose_url(region, year=year) if may_propose_target(request.user, region) else "",
    }
    return render(request, "pilots/targets/list.html", context, status=asked.status)


@open_to(Audience.REGION)
@require_safe
def detail(request: HttpRequest, code: str, indicator: str, year: int) -> HttpResponse:
    """One target: where it stands, every line of its ledger, and what is proposed."""
    region = get_object_or_404(visible_regions(request.user).select_related("parent__parent"), pk=code)
    if indicator not in FIGURES or year not in YEARS:
        raise Http404
    asked = asked_day(request)
    day = min(asked.day, date(year, 12, 31))
    reading = read_without_targets([region], day)[region.code]
    lines = list(target_ledger(code, indicator, year).select_related("recorded_by"))
    proposals = visible_proposals(request.user).filter(act=shown.ACT, subject=f"{code}/{indicator}/{year}")
    found = list(proposals.select_related("proposed_by", "decided_by"))
    context = {
        **asked.context(),
        "as_of": day,
        "stamp": stamp(reading.run),
        **shown.target_page(region, indicator, year, lines, reading),
        **shown.proposals_of(found, lines, timezone.now()),
        **timeline_of(request, TargetLine(code, indicator, year)),
        "breadcrumb": [*shown.ladder(region, request.user, year), {"label": FIGURES[indicator].name, "url": None}],
        "propose_url": shown.propose_url(region, indicator=indicator, year=year)
        if may_propose_target(request.user, region)
        else "",
    }
    return render(request, "pilots/targets/detail.html", context, status=asked.status)


def _first_region(request: HttpRequest) -> str:
    """The demonstration's region for its readers, else the reader's own."""
    demo = request_demo(request)
    if demo is not None and visible_regions(request.user).filter(pk=demo.region_id).exists():
        return demo.region_id
    return min(standing(request.user).reading, default="")


def _areas(visible: Any) -> list[Region]:
    """The province and cities that the reader sees; for readers of county units only, those."""
    regions = list(visible.select_related("parent"))
    above = [each for each in regions if each.level != Level.COUNTY]
    return above or regions


def _year(request: HttpRequest, day: date) -> int:
    typed = request.GET.get("year", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else 0  # noqa: PLR2004  # digits
    return number if number in YEARS else day.year
