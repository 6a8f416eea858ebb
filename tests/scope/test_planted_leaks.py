"""The checks find leaks: one is planted after the other, in the code that answers, and what looks must say so.

Each test first shows that the same check finds nothing without the leak.
"""

import io
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import clear_url_caches, include, path

from pilots.api import capacity as capacity_api
from pilots.api import figures as figures_api
from pilots.models import Institution, Region
from pilots.policies.institutions import visible_institutions
from pilots.policies.standing import standing
from pilots.queries.figures import reading
from pilots.web import capacity, institutions, regions
from portal import urls as portal_urls
from portal.shared.audience import Audience, open_to, routes
from tests.scope.addresses import ADDRESSES, Address
from tests.scope.calls import Caller, unregistered
from tests.scope.crawling import faults, walk
from tests.scope.oracle import EVERYBODY
from tests.scope.sharing import header_faults, mixing_faults
from tests.scope.totals import figure_faults, ledger_faults, list_faults

pytestmark = pytest.mark.django_db


def everything(_principal: object) -> object:
    return Institution.objects.all()


def to_department_only(policy: Callable[..., object]) -> Callable[..., object]:
    """A leak for one role only."""
    return lambda user: everything(user) if "department_colleague" in standing(user).roles else policy(user)


def walked(caller: Caller, name: str) -> list[str]:
    return [
        fault
        for url, answer, _headers in walk(caller, name)
        for fault in faults(caller, name, url, answer, offered=True)
    ]


def tried(caller: Caller, name: str, route: str, place: str, method: str = "GET") -> list[str]:
    return caller.try_route(name, route, caller.world.places[place], method)


def test_leaking_list_is_found(caller: Caller, monkeypatch: pytest.MonkeyPatch):
    assert not list_faults(caller, "department") + walked(caller, "department")
    monkeypatch.setattr(institutions, "visible_institutions", to_department_only(visible_institutions))
    assert any("the list's count: 496, not 44" in fault for fault in list_faults(caller, "department"))
    assert not list_faults(caller, "county")
    found = tried(caller, "department", "institutions", "own county")
    assert found
    assert all(": institution " in fault or ": region " in fault for fault in found)
    assert any(": institution SJZ-" in fault for fault in walked(caller, "department"))


def test_leaking_part_of_a_page_is_found(caller: Caller, monkeypatch: pytest.MonkeyPatch):
    """Only what htmx asks for leaks; the whole page is right."""
    whole, parts = institutions.index, []

    @open_to(Audience.SIGNED_IN)
    def leaking(request: HttpRequest) -> HttpResponse:
        if request.headers.get("HX-Request"):
            parts.append(request)
            return HttpResponse("<a href='/institutions/SJZ-0447/?as_of=2021-11-01'>…</a>")
        return whole(request)

    serve(monkeypatch, path("institutions/", leaking, name="institutions"))
    assert not tried(caller, "county", "institutions", "own county")
    assert any("institution SJZ-0447" in fault for fault in walked(caller, "county"))
    assert parts


def test_leaking_count_is_found(caller: Caller, monkeypatch: pytest.MonkeyPatch):
    """The rows are right; the count, and with it the number of pages, is made over all institutions."""

    class CountsAll(Paginator):
        count = property(lambda _self: Institution.objects.count())

    assert not list_faults(caller, "county2")
    monkeypatch.setattr(institutions, "Paginator", CountsAll)
    assert "county2: the list's count: 496, not 6" in list_faults(caller, "county2")


def test_leaking_total_is_found(caller: Caller, monkeypatch: pytest.MonkeyPatch):
    """A county unit's figures are those of its city."""
    honest = reading.live_measures
    assert not figure_faults(caller, "county") + tried(caller, "county", "region", "own county")

    def of_the_city(day: object, codes: set[str], known_at: object) -> dict[str, object]:
        return dict.fromkeys(codes, honest(day, {"130100"}, known_at)["130100"])

    monkeypatch.setattr(reading, "live_measures", of_the_city)
    assert "county: places_total of 130102 over REST: ['17657'], not ['1524']" in figure_faults(caller, "county")
    assert any("total places_total of 130100" in fault for fault in tried(caller, "county", "region", "own county"))
    assert any("total places_total of 130100" in fault for fault in walked(caller, "county"))


def test_leaking_region_is_found(caller: Caller, monkeypatch: pytest.MonkeyPatch):
    assert not tried(caller, "county", "region", "other city")
    monkeypatch.setattr(regions, "visible_regions", lambda _user: Region.objects.all())
    found = tried(caller, "county", "region", "other city")
    assert any("200, not 404" in fault for fault in found)
    assert any("total places_total of 130200" in fault for fault in found)


def test_leaking_interface_is_found(caller: Caller, monkeypatch: pytest.MonkeyPatch):
    """A list of the interface without scope, for software and for sessions."""
    for name in ("key", "county"):
        assert not ledger_faults(caller, name) + tried(caller, name, "api:capacity_reports", "other county")
    monkeypatch.setattr(capacity_api, "visible_institutions", everything)
    for name in ("key", "county"):
        assert any("reports of SJZ-0447" in fault for fault in ledger_faults(caller, name))
        assert any("200, not 404" in fault for fault in tried(caller, name, "api:capacity_reports", "other county"))
    monkeypatch.setattr(figures_api, "figure_regions", lambda _user: Region.objects.all())
    assert any("200, not 404" in fault for fault in tried(caller, "key", "api:figures", "other city"))


@pytest.mark.parametrize("sent_as", ["csv", "xlsx"])
def test_leaking_export_is_found(caller: Caller, monkeypatch: pytest.MonkeyPatch, sent_as: str):
    """A file with all institutions, on a new route for everyone who is signed in."""

    @open_to(Audience.SIGNED_IN)
    def export(request: HttpRequest) -> HttpResponse:
        rows = list(
            (visible_institutions(request.user) if request.GET else everything(None)).values_list("name", "number")
        )
        return HttpResponse(_workbook(rows) if sent_as == "xlsx" else "\n".join(map(",".join, rows)).encode("gb18030"))

    serve(monkeypatch, path("export/", export, name="export"))
    monkeypatch.setitem(ADDRESSES, "export", Address(query=lambda _place: {"honest": "1"}))
    assert not tried(caller, "county", "export", "own county")
    monkeypatch.setitem(ADDRESSES, "export", Address())
    assert any("institution SJZ-0447" in fault for fault in tried(caller, "county", "export", "own county"))


def test_act_open_to_readers_is_found(caller: Caller, monkeypatch: pytest.MonkeyPatch):
    assert not tried(caller, "reviewer", "report_capacity", "own county", "POST")
    monkeypatch.setattr(capacity, "may_report", lambda *_given: True)
    found = tried(caller, "reviewer", "report_capacity", "own county", "POST")
    assert any("not 403" in fault for fault in found)


def test_act_that_is_refused_after_it_was_done_is_found(caller: Caller, monkeypatch: pytest.MonkeyPatch):
    original = capacity.report

    @open_to(Audience.REPORTING)
    def acting_first(request: HttpRequest, number: str) -> HttpResponse:
        Institution.objects.filter(number=number).update(contact_name="改")
        return original(request, number)

    serve(monkeypatch, path("institutions/<str:number>/report/", acting_first, name="report_capacity"))
    found = tried(caller, "reviewer", "report_capacity", "own county", "POST")
    assert [fault for fault in found if "writes to pilots_institution" in fault]


def test_kept_answer_of_another_reader_is_found(caller: Caller, monkeypatch: pytest.MonkeyPatch):
    """A cache under the address alone."""
    original, kept = institutions.index, {}

    @open_to(Audience.SIGNED_IN)
    def keeping(request: HttpRequest) -> HttpResponse:
        return kept.setdefault(request.get_full_path(), original(request))

    assert not header_faults(caller, "clerk", ["/institutions/"])
    serve(monkeypatch, path("institutions/", keeping, name="institutions"))
    kept.clear()
    caller.call("province", "/institutions/")
    assert any(": institution " in fault for fault in tried(caller, "county", "institutions", "own county"))

    @open_to(Audience.SIGNED_IN)
    def shared(request: HttpRequest) -> HttpResponse:
        return HttpResponse("…", content_type="text/csv", headers={"Cache-Control": "public, max-age=60"})

    serve(monkeypatch, path("institutions/", shared, name="institutions"))
    assert any("may be kept for others" in fault for fault in header_faults(caller, "clerk", ["/institutions/"]))


def test_validator_shared_by_readers_is_found(caller: Caller, monkeypatch: pytest.MonkeyPatch):
    @open_to(Audience.SIGNED_IN)
    def same(request: HttpRequest) -> HttpResponse:
        status = 304 if request.headers.get("If-None-Match") == '"1"' else 200
        return HttpResponse(str(request.user.pk), status=status, headers={"ETag": '"1"'})

    assert not mixing_faults(caller, ["province", "county"], ["/institutions/"])
    serve(monkeypatch, path("institutions/", same, name="institutions"))
    found = mixing_faults(caller, ["province", "county"], ["/institutions/"])
    assert any("another reader's" in fault for fault in found)


def test_closed_page_that_is_offered_is_found(caller: Caller, monkeypatch: pytest.MonkeyPatch):
    assert not walked(caller, "nobody")
    monkeypatch.setattr("pilots.web.context.sees_region", lambda *_given: True)
    assert any("offered, and answered 404" in fault for fault in walked(caller, "nobody"))


def test_route_without_an_audience_fails_the_check(monkeypatch: pytest.MonkeyPatch):
    call_command("check")
    serve(monkeypatch, path("new/", lambda request: HttpResponse(), name="new"))
    with pytest.raises(SystemCheckError, match="The route new declares no audience"):
        call_command("check")


def test_route_without_a_name_fails_the_check(monkeypatch: pytest.MonkeyPatch):
    serve(monkeypatch, path("new/", open_to(Audience.ANYONE)(lambda request: HttpResponse())))
    with pytest.raises(SystemCheckError, match="has no name"):
        call_command("check")


def test_route_that_is_not_registered_fails(monkeypatch: pytest.MonkeyPatch):
    assert unregistered({name for name, _view in routes()}) == []
    serve(monkeypatch, path("new/", open_to(Audience.ANYONE)(lambda request: HttpResponse()), name="new"))
    [line] = unregistered({name for name, _view in routes()})
    assert line.startswith('    "new": Address(')


def test_one_verdict_too_many_is_found(caller: Caller, monkeypatch: pytest.MonkeyPatch):
    """The oracle is compared, not copied: another answer of it is a fault."""
    monkeypatch.setitem(EVERYBODY, "county2", replace(EVERYBODY["county2"], officer="130102"))
    assert any("404, not admitted" in fault for fault in tried(caller, "county2", "institution", "own county"))


def serve(monkeypatch: pytest.MonkeyPatch, *first: object) -> None:
    """The portal's URL map with other routes before its own."""
    planted = ModuleType("planted_urls")
    planted.urlpatterns = [*first, path("", include(portal_urls))]
    for handler in ("handler400", "handler404", "handler500"):
        setattr(planted, handler, getattr(portal_urls, handler))
    monkeypatch.setitem(sys.modules, "planted_urls", planted)
    monkeypatch.setattr(settings, "ROOT_URLCONF", "planted_urls")
    clear_url_caches()


def _workbook(rows: list[tuple[str, str]]) -> bytes:
    """The least that reads as one: an archive with a sheet of texts."""
    sent = io.BytesIO()
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED) as archive:
        cells = "".join(f"<row><c t='inlineStr'><is><t>{text}</t></is></c></row>" for row in rows for text in row)
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{cells}</sheetData></worksheet>")
    return sent.getvalue()
