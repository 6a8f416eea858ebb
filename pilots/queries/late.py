"""Facts that were recorded after the days they speak of had been computed."""

from datetime import date, datetime
from typing import Any

from django.db.models import DateField, F, Func, Min, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Least

from pilots.models import CapacityReport, Designation, Filing, InclusiveRecognition, Institution, RegionFact, Target


class MakeDate(Func):
    """1 January of a year."""

    template = "make_date(%(expressions)s::int, 1, 1)"
    output_field = DateField()


def earliest_by_county(since: datetime | None, until: datetime) -> dict[str, date]:
    """For each county unit, the first day that facts recorded after `since` and up to `until` speak of."""
    found: dict[str, date] = {}
    for rows in _recorded(since, until):
        for county, first in rows:
            found[county] = min(first, found.get(county, first))
    return found


def _recorded(since: datetime | None, until: datetime) -> list["QuerySet[Any, tuple[str, date]]"]:
    window = _window("recorded_at", since, until)
    closures = Institution.objects.filter(_window("closed_recorded_at", since, until))
    sources = [
        _earliest(CapacityReport.objects.filter(window), "institution__county_id", F("as_of")),
        _earliest(Institution.objects.filter(window), "county_id", F("opened_on")),
        _earliest(closures, "county_id", F("closed_on")),
        _earliest(RegionFact.objects.filter(window), "region_id", F("effective_on")),
        _earliest(Target.objects.filter(window), "region_id", MakeDate(F("year"))),
    ]
    for ledger in (Filing, Designation, InclusiveRecognition):
        first = Least(F("effective_on"), Coalesce(F("corrects__effective_on"), F("effective_on")))
        sources.append(_earliest(ledger.objects.filter(window), "institution__county_id", first))
    return sources


def _window(field: str, since: datetime | None, until: datetime) -> Q:
    window = Q(**{f"{field}__lte": until})
    return window if since is None else window & Q(**{f"{field}__gt": since})


def _earliest(rows: QuerySet[Any], county: str, first: Combinable) -> "QuerySet[Any, tuple[str, date]]":
    found: QuerySet[Any, tuple[str, date]] = rows.order_by().values_list(county).annotate(first=Min(first))
    return found
