"""Explanations of figures."""

from collections.abc import Sequence
from typing import Any, overload

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from pilots.models import Region
from pilots.policies.regions import visible_regions
from pilots.queries.figures.definition import Figure
from pilots.queries.figures.explaining import Explanation, explain
from pilots.queries.figures.reading import read_many
from pilots.queries.figures.records import Record, Records
from pilots.queries.figures.registry import FIGURES
from pilots.queries.figures.sources import FromFact, FromMeasure, FromRatio
from pilots.queries.figures.trend import trend
from pilots.queries.runs import latest_run
from pilots.queries.steady import one_instant
from pilots.web.dashboard import breadcrumb, figure_url
from pilots.web.days import asked_day, asks_for, dated, request_demo, stamp
from portal.shared.audience import Audience, open_to

PAGE_SIZE = 25


class RecordList(Sequence[Record]):
    """Records as the paginator reads them: counted and sliced, never read whole."""

    def __init__(self, records: Records) -> None:
        self.records = records

    def __len__(self) -> int:
        """How many."""
        return self.records.count()

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | Sequence[Record]:
        """One record or a page of them."""
        if isinstance(index, slice):
            return self.records.page(index.start or 0, index.stop)
        return self.records.page(index, index + 1)[0]


@open_to(Audience.REGION)
@require_safe
@vary_on_headers("HX-Request")
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """A figure's definition, value, trend, regions below, and the records it counts."""
    figure = FIGURES.get(code)
    if figure is None:
        raise Http404
    region = _region(request)
    asked = asked_day(request)
    part = asks_for(request, "records")
    with one_instant():
        explanation = explain(figure, region, asked.day)
        context = {**asked.context(), **_records(request, explanation), "request": request}
        if not part:
            context |= _page(request, explanation)
    if part:
        return render(request, "pilots/figures/_records.html", context, status=asked.status)
    return render(request, "pilots/figures/detail.html", context, status=asked.status)


def _region(request: HttpRequest) -> Region:
    """The region asked for; without one, where the demonstration or the reader's own regions begin."""
    visible = visible_regions(request.user).select_related("parent__parent")
    if "region" in request.GET:
        return get_object_or_404(visible, pk=request.GET["region"])
    demo = request_demo(request)
    found = visible.filter(pk=demo.region_id).first() if demo else None
    found = found or visible.order_by("code").first()
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, explanation: Explanation) -> dict[str, Any]:
    figure, region, day = explanation.figure, explanation.region, explanation.day
    below = list(Region.objects.filter(parent=region))
    readings = read_many(below, day) if below else {}
    points = trend(figure, region.code, day)
    return {
        "figure": _shown(figure),
        "region": {"code": region.code, "name": region.label},
        "breadcrumb": breadcrumb(region, request.user, day, leaf=str(figure.name)),
        "stamp": stamp(latest_run(day)),
        "value": figure.text(explanation.number),
        **_parts(explanation),
        "trend": _chart(figure, points),
        "subregions": [
            {
                "name": each.label,
                "url": figure_url(figure.code, each, day),
                "value": figure.text(readings[each.code].value(figure.code).number),
                "numerator": _whole(readings[each.code].value(figure.code).numerator),
                "denominator": _whole(readings[each.code].value(figure.code).denominator),
            }
            for each in below
        ]
        if not isinstance(figure.source, FromFact)
        else [],
    }


def _shown(figure: Figure) -> dict[str, Any]:
    source = figure.source
    formula = ""
    if isinstance(source, FromRatio):
        formula = f"{_name(source.numerator)} ÷ {_name(source.denominator)} × {source.factor}"
    return {
        "code": figure.code,
        "name": figure.name,
        "unit": figure.unit,
        "definition": figure.definition,
        "formula": formula,
        "version": figure.version,
    }


def _name(measure: str) -> str:
    """The name under which a measure is known: that of the figure made of it alone."""
    return next((str(each.name) for each in FIGURES.values() if each.source == FromMeasure(measure)), measure)


def _parts(explanation: Explanation) -> dict[str, Any]:
    value, source = explanation.value, explanation.figure.source
    if value.denominator is None:
        return {"numerator": None, "denominator": None}
    top, bottom = _("Numerator"), _("Denominator")
    if isinstance(source, FromRatio):
        top, bottom = _name(source.numerator), _name(source.denominator)
    return {
        "numerator": {"label": top, "value": _whole(value.numerator)},
        "denominator": {"label": bottom, "value": _whole(value.denominator)},
    }


def _chart(figure: Figure, points: Sequence[tuple[Any, Any]]) -> dict[str, Any] | None:
    if len(points) < 2:  # noqa: PLR2004  # one point is no course
        return None
    drawn = [[day.isoformat(), None if number is None else float(number)] for day, number in points]
    return {"series": [{"name": str(figure.name), "points": drawn}], "unit": str(figure.unit)}


def _records(request: HttpRequest, explanation: Explanation) -> dict[str, Any]:
    q = request.GET.get("q", "").strip()[:100]
    bottom = explanation.denominator_records
    part = "denominator" if request.GET.get("part") == "denominator" and bottom is not None else "numerator"
    records = bottom if part == "denominator" and bottom is not None else explanation.records
    total = records.total()
    found = records.search(q) if q else records
    page = Paginator(RecordList(found), PAGE_SIZE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    names = dict(_region_names(shown))
    summed = FIGURES["pilots_total"].text(total)
    count = page.paginator.count
    text = ngettext("%(count)d record", "%(count)d records", count) % {"count": count}
    return {
        "q": q,
        "records": page,
        "rows": [_row(record, names, explanation) for record in shown],
        "record_columns": [_("Counts for"), _("Reported as of")],
        "record_total": text if q else _("%(records)s, together %(total)s") % {"records": text, "total": summed},
        "parts": _part_links(request, part) if bottom is not None else [],
    }


def _part_links(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    labels = (("numerator", _("Numerator")), ("denominator", _("Denominator")))
    links = []
    for part, label in labels:
        query = request.GET.copy()
        query["part"] = part
        query.pop("page", None)
        links.append({"label": label, "url": f"{request.path}?{query.urlencode()}#records", "active": part == current})
    return links


def _region_names(page: Sequence[Record]) -> list[tuple[str, str]]:
    codes = {record.region for record in page} - {""}
    return [(region.code, region.label) for region in Region.objects.filter(code__in=codes)]


def _row(record: Record, names: dict[str, str], explanation: Explanation) -> dict[str, Any]:
    url = ""
    if record.kind == "institution":
        url = dated(reverse("institution", args=[record.code]), explanation.day)
    elif record.kind == "county":
        url = dated(reverse("region", args=[record.code]), explanation.day)
    detail_text = record.code if record.kind in ("institution", "county") else ""
    return {
        "label": record.name,
        "detail": detail_text,
        "url": url,
        "region": names.get(record.region, ""),
        "cells": [_whole(record.value), record.reported_on or "—"],
    }


def _whole(number: int | None) -> str:
    return FIGURES["pilots_total"].text(number)
