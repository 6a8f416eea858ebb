"""Every route as every role, inside and outside its scope; a route that is missing here fails."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from pilots.models import CapacityReport, Institution, Membership
from pilots.operations.people import create_institution_key

pytestmark = pytest.mark.django_db

ROLES = (
    "province",
    "city",
    "county",
    "county2",
    "reviewer",
    "department",
    "assessor",
    "clerk",
    "director",
    "auditor",
    "system-admin",
    "security-admin",
    "audit-admin",
)
READERS_OF_130102 = {"province", "city", "county", "reviewer", "department", "auditor"}
READERS_OF_130172 = {"province", "city", "county2", "auditor"}

# Route → who gets 200 inside 长安区 (130102); and who gets 200 in 循环化工园区 (130172). Others: 404 unless stated.
OPEN = {
    "region": (READERS_OF_130102, READERS_OF_130172),
    "figure": (READERS_OF_130102, READERS_OF_130172),
    "institution": (READERS_OF_130102 | {"clerk", "director"}, READERS_OF_130172),
    "report_capacity": ({"county", "clerk", "director"}, {"county2"}),
    "correct_report": ({"county", "clerk", "director"}, {"county2"}),
}
"""For acts, whoever sees the institution without the right gets 403."""
ANYONE_SIGNED_IN = {"home", "institutions", "mine"}
COUNTY_OFFICERS = {"institution_new": {"county", "county2"}}
NO_SIGN_IN = {"sign_in", "set_language", "live", "ready", "api:schema", "api:documentation"}
BY_KEY = {"api:capacity_reports", "api:figures"}
SIGN_OUT = {"sign_out"}


def routes(patterns=None, prefix=""):
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from routes(pattern.url_patterns, space)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"


def address(route, county):
    institution = Institution.objects.filter(county=county).order_by("number").first()
    report = CapacityReport.objects.filter(institution=institution).first()
    arguments = {
        "region": [county],
        "figure": ["pilots_total"],
        "institution": [institution.number],
        "report_capacity": [institution.number],
        "correct_report": [institution.number, report.pk],
    }
    return reverse(route, args=arguments[route]) + (f"?region={county}" if route == "figure" else "")


def test_every_route_declares_its_audience():
    declared = {*OPEN, *ANYONE_SIGNED_IN, *COUNTY_OFFICERS, *NO_SIGN_IN, *BY_KEY, *SIGN_OUT}
    assert set(routes()) == declared


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("county", ["130102", "130172"])
@pytest.mark.parametrize("route", OPEN)
def test_route_opens_to_its_audience_only(as_user, route, county, role):
    inside, elsewhere = OPEN[route]
    allowed = inside if county == "130102" else elsewhere
    sees = OPEN["institution"][0 if county == "130102" else 1]
    status = as_user(role).get(address(route, county)).status_code
    act = route in ("report_capacity", "correct_report")
    assert status == (200 if role in allowed else 403 if act and role in sees else 404)


@pytest.mark.parametrize("route", [*OPEN, *ANYONE_SIGNED_IN, *COUNTY_OFFICERS])
def test_stranger_is_sent_to_the_sign_in(client, route):
    url = address(route, "130102") if route in OPEN else reverse(route)
    response = client.get(url)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("sign_in"))


@pytest.mark.parametrize("route", NO_SIGN_IN - {"set_language"})
def test_open_routes_need_no_sign_in(client, route):
    assert client.get(reverse(route)).status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_only_county_officers_register(as_user, role):
    status = as_user(role).get(reverse("institution_new")).status_code
    assert status == (200 if role in COUNTY_OFFICERS["institution_new"] else 403)


SEEN = {"province": 494, "city": 494, "auditor": 494, "county": 44, "reviewer": 44, "department": 44, "county2": 6}
SEEN |= {"clerk": 1, "director": 1}


@pytest.mark.parametrize("role", ROLES)
def test_list_and_its_total_hold_what_the_role_may_see(as_user, role):
    response = as_user(role).get(reverse("institutions"), {"as_of": "2021-11-01"})
    assert response.status_code == 200
    assert response.context["page_obj"].paginator.count == SEEN.get(role, 0)
    assert response.context["result_text"].split()[0] == str(SEEN.get(role, 0))


@pytest.mark.parametrize("role", ["county", "department", "clerk", "assessor", "system-admin"])
def test_search_finds_nothing_outside(as_user, role):
    outside = Institution.objects.get(number="SJZ-0045")
    for words in (outside.name, outside.number, "sjzsqxq"):
        response = as_user(role).get(reverse("institutions"), {"q": words, "as_of": "2021-11-01"})
        assert outside.name not in response.content.decode().replace(words, "")
    assert outside.name in as_user("province").get(reverse("institutions"), {"q": outside.number}).content.decode()


@pytest.mark.parametrize("role", ["county", "county2", "department"])
def test_filter_offers_only_own_areas(as_user, role):
    response = as_user(role).get(reverse("institutions"))
    codes = {region.pk for region in response.context["filters"].fields["county"].queryset}
    assert codes == ({"130172"} if role == "county2" else {"130102"})


def test_filter_by_a_foreign_area_shows_nothing_of_it(as_user):
    response = as_user("county").get(reverse("institutions"), {"county": "130104", "as_of": "2021-11-01"})
    assert response.context["page_obj"].paginator.count == 44
    assert "county" in response.context["filters"].errors


def test_officer_registers_in_no_other_county(as_user):
    form = {"county": "130104", "name": "越权（测试）", "service_model": "social", "opened_on": "2021-01-01"}
    form |= {"filing_kind": "initial", "filed_on": "2021-01-02"}
    response = as_user("county").post(reverse("institution_new"), form)
    assert response.status_code == 422
    assert not Institution.objects.filter(name="越权（测试）").exists()


@pytest.mark.parametrize("role", sorted({*ROLES} - {"county", "clerk", "director"}))
def test_posting_a_report_needs_the_right(as_user, role):
    before = CapacityReport.objects.count()
    status = as_user(role).post(reverse("report_capacity", args=["SJZ-0001"]), {"as_of": "2021-11-01"}).status_code
    assert status == (403 if role in READERS_OF_130102 else 404)
    assert CapacityReport.objects.count() == before


@pytest.mark.parametrize("number", ["SJZ-0001", "SJZ-0002"])
def test_key_opens_its_own_institution_only(number):
    key = create_institution_key(number=number, label="")[1]
    client = Client(headers={"authorization": f"Bearer {key}"})
    found = {
        each: client.get(reverse("api:capacity_reports", args=[each])).status_code for each in ("SJZ-0001", "SJZ-0002")
    }
    assert found == {each: 200 if each == number else 404 for each in found}


def test_key_opens_no_page(key):
    client = Client(headers={"authorization": f"Bearer {key}"})
    assert client.get(reverse("region", args=["130102"])).status_code == 302


@pytest.mark.parametrize("role", ROLES)
def test_session_reads_figures_of_its_own_regions_over_rest(as_user, role):
    found = {
        region: as_user(role).get(reverse("api:figures"), {"region": region, "as_of": "2021-11-01"}).status_code
        for region in ("130000", "130100", "130102", "130104")
    }
    everywhere = {"province", "auditor"}
    wanted = {
        "130000": 200 if role in everywhere | {"clerk", "director"} else 404,
        "130100": 200 if role in everywhere | {"city", "clerk", "director"} else 404,
        "130102": 200 if role in READERS_OF_130102 | {"clerk", "director"} else 404,
        "130104": 200 if role in everywhere | {"city"} else 404,
    }
    assert found == wanted


def test_membership_ends_with_its_last_day(as_user):
    page = reverse("region", args=["130102"])
    assert as_user("county").get(page).status_code == 200
    yesterday = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(user__username="county").update(ends_on=yesterday)
    assert as_user("county").get(page).status_code == 404
