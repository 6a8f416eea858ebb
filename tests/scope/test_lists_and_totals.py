"""Lists hold what is visible and nothing else; totals are those of the visible; both as the sample adds up."""

import pytest
from django.urls import reverse

from pilots.models import CapacityReport, Institution
from tests.scope.calls import Caller
from tests.scope.oracle import EVERYBODY
from tests.scope.totals import figure_faults, ledger_faults, list_faults, own_faults

pytestmark = pytest.mark.django_db

PEOPLE = [name for name, who in EVERYBODY.items() if who.door == "session"]
CALLERS = [name for name, who in EVERYBODY.items() if who.door in ("session", "key")]


def test_sample_is_what_the_demonstration_says(caller: Caller):
    world = caller.world
    assert [world.figure("institutions_total", region) for region in ("130100", "130102", "130172")] == [494, 44, 6]
    assert [world.figure(name, "130100") for name in ("pilots_total", "places_pilot")] == [48, 3104]
    assert world.figure("places_total", "130000") == 17657 + 1201 + 1103
    assert len(world.visible(EVERYBODY["province"])) == Institution.objects.count() == 496


@pytest.mark.parametrize("name", PEOPLE)
def test_list_its_count_its_filters_and_its_search_hold_what_is_visible(caller: Caller, name: str):
    assert not (found := list_faults(caller, name) + own_faults(caller, name)), "\n".join(found)


@pytest.mark.parametrize("name", CALLERS)
def test_figures_are_those_of_what_is_visible(caller: Caller, name: str):
    assert not (found := figure_faults(caller, name)), "\n".join(found)


@pytest.mark.parametrize("name", CALLERS)
def test_reports_over_rest_are_of_the_institution_asked_for(caller: Caller, name: str):
    for number in ("SJZ-0001", "SJZ-0447"):  # so many that there is a next page
        institution = Institution.objects.get(number=number)
        CapacityReport.objects.bulk_create(
            CapacityReport(institution=institution, as_of=f"2020-{month:02}-{day:02}", source="api")
            for month in (3, 4)
            for day in range(1, 28)
        )
    assert not (found := ledger_faults(caller, name)), "\n".join(found)


def test_auditors_read_the_trail_of_their_region_and_of_no_other(caller: Caller):
    """What is hidden from the county's auditor is there: the province's reads it."""
    own, others = caller.world.names["SJZ-0447"], caller.world.names["SJZ-0001"]
    for route in ("trail", "trail_export"):
        url = reverse(route)
        county, province = caller.call("auditor2", url).text, caller.call("auditor", url).text
        assert (own in county, others in county) == (True, False), route
        assert own in province, route
    assert others in caller.call("auditor", reverse("trail_export")).text
