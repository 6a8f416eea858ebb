"""Every route, with its arguments at a place: one line for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.scope.oracle import Ask, On, Place, Verdict, Who

ANY = "GET HEAD POST PUT PATCH DELETE OPTIONS"


def _no_arguments(_place: Place) -> list[object]:
    return []


def _nothing(_place: Place) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Address:
    """How a route is asked for."""

    args: Callable[[Place], list[object]] = _no_arguments
    """Arguments in the path."""
    on: On = On.NOTHING
    """What they name."""
    query: Callable[[Place], Mapping[str, Any]] = _nothing
    methods: str = "GET"
    """What it serves; HEAD comes with GET."""
    body: Callable[[Place], Mapping[str, Any]] | None = None
    """What is sent to change something, such that it would be accepted."""
    only: Callable[[Who, Ask], Verdict] | None = None
    """Instead of the rule of its audience, with the reason beside it."""


def region(place: Place) -> list[object]:
    return [place.region]


def number(place: Place) -> list[object]:
    return [place.number]


def report(place: Place) -> list[object]:
    return [place.number, place.things.get("report", 1)]


def _capacity(_place: Place) -> dict[str, Any]:
    groups = ("infant", "toddler", "older_toddler", "mixed", "unclassified")
    zeros = {f"{group}_{kind}": 0 for group in groups for kind in ("places", "enrolled")}
    return zeros | {"as_of": "2021-10-30", "mixed_places": 31, "mixed_enrolled": 17}


def _correction(place: Place) -> dict[str, Any]:
    return _capacity(place) | {"reason": "录入有误"}


def _entry(place: Place) -> dict[str, Any]:
    return {
        "county": place.county,
        "name": f"{place.region}新苗托育园（测试）",
        "credit_code": "91110000600037341L",
        "legal_nature": "for_profit",
        "service_model": "social",
        "operator_name": "新苗教育",
        "opened_on": "2026-03-01",
        "filing_kind": "initial",
        "filed_on": "2026-03-10",
        "document_number": "卫托备〔2026〕1号",
    }


ADDRESSES: dict[str, Address] = {
    "home": Address(),
    "region": Address(region, On.REGION),
    "figure": Address(lambda _place: ["pilots_total"], On.REGION, lambda place: {"region": place.region}),
    "institutions": Address(),
    "institution_new": Address(methods="GET POST", body=_entry),
    "institution": Address(number, On.INSTITUTION),
    "report_capacity": Address(number, On.INSTITUTION, methods="GET POST", body=_capacity),
    "correct_report": Address(report, On.INSTITUTION, methods="GET POST", body=_correction),
    "mine": Address(),
    "sign_in": Address(methods="GET POST PUT OPTIONS"),
    "sign_out": Address(methods="POST OPTIONS"),
    "set_language": Address(methods=ANY),
    "live": Address(),
    "ready": Address(),
    "api:capacity_reports": Address(
        number,
        On.INSTITUTION,
        methods="GET POST OPTIONS",
        body=lambda _place: {"as_of": "2021-10-29", "classes": {"mixed": {"places": 29, "enrolled": 13}}},
    ),
    "api:figures": Address(
        on=On.REGION, query=lambda place: {"region": place.region, "as_of": "2021-11-01"}, methods="GET OPTIONS"
    ),
    "api:schema": Address(query=lambda _place: {"format": "json"}),
    "api:documentation": Address(),
}


def line_for(route: str) -> str:
    """The line to add for a route that is missing."""
    return f'    "{route}": Address(number, On.INSTITUTION, methods="GET POST"),  # or whatever it is'
