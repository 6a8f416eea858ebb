"""The register: list, file, registration, capacity forms."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pilots.models import CapacityReport, Filing, Institution, Operator
from pilots.states.capacity import ClassGroup
from tests.pilots.acts import report

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
ENTRY = {
    "county": "130102",
    "name": "石家庄市长安区新苗托育园（测试）",
    "credit_code": "91110000600037341L",
    "legal_nature": "for_profit",
    "service_model": "social",
    "operator_name": "新苗教育",
    "address": "中山东路1号",
    "opened_on": "2026-03-01",
    "filing_kind": "initial",
    "filed_on": "2026-03-10",
    "document_number": "长卫托备〔2026〕1号",
}


def listed(as_user, role="province", **query):
    return as_user(role).get(reverse("institutions"), {"as_of": "2021-11-01", **query})


def count(response):
    return response.context["page_obj"].paginator.count


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_list_costs_the_same_for_any_number_of_rows(as_user, django_assert_num_queries, rows):
    client = as_user("province")
    query = {1: "SJZ-0001", 3: "爱悦堡", 50: ""}[rows]
    with django_assert_num_queries(8):
        response = client.get(reverse("institutions"), {"as_of": "2021-11-01", "q": query})
    assert len(response.context["page_obj"].object_list) == rows


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "爱悦堡"}, 3),
        ({"q": "SJZ-0001"}, 1),
        ({"q": "sjz-0001"}, 1),
        ({"q": "AYB"}, 3),
        ({"q": "爱悦堡 长安"}, 1),
        ({"q": "%"}, 0),
        ({"q": "'; DROP TABLE"}, 0),
        ({"pilot": "on"}, 48),
        ({"inclusive": "on", "filed": "on"}, 30),
        ({"service_model": "kindergarten"}, 400),
        ({"service_model": "kindergarten", "pilot": "on"}, 26),
        ({"county": "130172"}, 6),
        ({"county": "130100"}, 494),
        ({"county": "130200"}, 0),
    ],
)
def test_search_and_filters(as_user, query, found):
    assert count(listed(as_user, **query)) == found


def test_list_is_of_its_day(as_user):
    assert count(as_user("province").get(reverse("institutions"), {"as_of": "2019-08-31"})) == 0
    assert count(as_user("province").get(reverse("institutions"), {"as_of": "2019-09-01"})) == 494


def test_pages_keep_the_filters(as_user):
    text = listed(as_user, pilot="on").content.decode()
    assert count(listed(as_user, pilot="on", page="99")) == 48
    assert "pilot=on" in listed(as_user, service_model="kindergarten", pilot="").content.decode() or text


def test_file_shows_what_is_known(as_user):
    text = as_user("province").get(reverse("institution", args=["SJZ-0002"])).content.decode()
    for shown in (
        "爱悦堡托育中心（长安区1店·示例）",
        "provincial pilot",
        "brand chain",
        "2020-08-21",
        "2020-05-20",
        ">180<",
    ):
        assert shown in text


def test_county_officer_registers_an_institution(as_user):
    client = as_user("county")
    response = client.post(reverse("institution_new"), ENTRY)
    institution = Institution.objects.latest("pk")
    filing = Filing.objects.get(institution=institution)
    assert response["Location"].startswith(f"/institutions/{institution.number}/")
    assert institution.number.startswith("TY")
    assert (institution.name, institution.county_id, institution.opened_on) == (
        ENTRY["name"],
        "130102",
        date(2026, 3, 1),
    )
    assert (filing.kind, filing.effective_on, filing.document_number) == (
        "initial",
        date(2026, 3, 10),
        "长卫托备〔2026〕1号",
    )
    assert (institution.recorded_by.username, filing.recorded_by.username) == ("county", "county")
    assert institution.operator == Operator.objects.get(name="新苗教育")
    page = client.get(response["Location"])
    assert f"Registered under the number {institution.number}." in page.content.decode()
    assert count(client.get(reverse("institutions"), {"q": "xmtyy", "as_of": TODAY.isoformat()})) == 1


def test_numbers_are_never_used_twice(as_user):
    client = as_user("county")
    numbers = set()
    for n in range(3):
        client.post(reverse("institution_new"), {**ENTRY, "credit_code": "", "name": f"测试{n}"})
        numbers.add(Institution.objects.latest("pk").number)
    assert len(numbers) == 3
    with pytest.raises(Exception, match="Cannot delete"):
        Institution.objects.latest("pk").delete()


TOMORROW = (TODAY + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "字" * 201}, "name"),
        ({"name": "石家庄市长安区山宝幼儿园（示例）"}, "name"),
        ({"credit_code": "91110000600037341X"}, "credit_code"),
        ({"credit_code": "123"}, "credit_code"),
        ({"credit_code": "91110000600037341l"}, "credit_code"),
        ({"opened_on": TOMORROW}, "opened_on"),
        ({"opened_on": "2026-02-30"}, "opened_on"),
        ({"filed_on": TOMORROW}, "filed_on"),
        ({"filed_on": ""}, "filed_on"),
        ({"county": "130104"}, "county"),
        ({"service_model": "nothing"}, "service_model"),
        ({"host_kindergarten_name": "某幼儿园"}, "__all__"),
    ],
)
def test_wrong_entry_is_refused_at_its_field_and_nothing_is_lost(as_user, change, field):
    before = (Institution.objects.count(), Filing.objects.count(), Operator.objects.count())
    response = as_user("county").post(reverse("institution_new"), {**ENTRY, **change})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert (Institution.objects.count(), Filing.objects.count(), Operator.objects.count()) == before
    text = response.content.decode()
    assert ENTRY["address"] in text
    assert "Your input is still here." in text


def counts(**changed):
    form = {f"{group}_{part}": "0" for group in ClassGroup.values for part in ("places", "enrolled")}
    return {**form, "as_of": TODAY.isoformat(), **changed}


@pytest.mark.parametrize("role", ["clerk", "county"])
def test_capacity_form_stores_a_report(as_user, role):
    client = as_user(role)
    url = reverse("report_capacity", args=["SJZ-0001"])
    first = client.get(url)
    assert first.context["form"]["unclassified_places"].value() == 65
    response = client.post(url, counts(infant_places="10", infant_enrolled="12", mixed_places="30"))
    stored = CapacityReport.objects.latest("pk")
    assert response.status_code == 302
    assert (stored.places, stored.enrolled, stored.source, stored.recorded_by.username) == (40, 12, "browser", role)
    said = client.get(response["Location"]).content.decode()
    assert "infant class: 12 children are enrolled for 10 places." in said


def test_double_click_stores_one_report(as_user):
    client = as_user("clerk")
    before = CapacityReport.objects.count()
    for _click in range(2):
        client.post(reverse("report_capacity", args=["SJZ-0001"]), counts(mixed_places="30"))
    assert CapacityReport.objects.count() == before + 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"infant_places": "-1"}, "infant_places"),
        ({"infant_places": ""}, "infant_places"),
        ({"infant_enrolled": "一"}, "infant_enrolled"),
        ({"infant_enrolled": "10000"}, "infant_enrolled"),
        ({"as_of": TOMORROW}, "as_of"),
        ({"as_of": "2018-01-01"}, "as_of"),
        ({"as_of": ""}, "as_of"),
    ],
)
def test_wrong_report_is_refused_at_its_field(as_user, change, field):
    before = CapacityReport.objects.count()
    response = as_user("clerk").post(reverse("report_capacity", args=["SJZ-0001"]), counts(mixed_places="33", **change))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert 'value="33"' in response.content.decode()
    assert CapacityReport.objects.count() == before


def test_officer_corrects_a_report_with_a_reason(as_user):
    wrong = report("SJZ-0001", TODAY, 800, 40).report
    client = as_user("county")
    url = reverse("correct_report", args=["SJZ-0001", wrong.pk])
    form = counts(mixed_places="80", mixed_enrolled="40", as_of="2021-01-01")
    assert client.post(url, form).status_code == 422
    assert client.post(url, {**form, "reason": "多写了一个零"}).status_code == 302
    right = CapacityReport.objects.latest("pk")
    assert (right.places, right.as_of, right.corrects, right.reason) == (80, TODAY, wrong, "多写了一个零")
    text = client.get(reverse("institution", args=["SJZ-0001"])).content.decode()
    assert "Replaced by a correction." in text
    assert "Correction: 多写了一个零" in text


def test_replaced_report_is_not_corrected_again(as_user):
    wrong = report("SJZ-0001", TODAY, 800, 40).report
    report("SJZ-0001", TODAY, 80, 40)
    url = reverse("correct_report", args=["SJZ-0001", wrong.pk])
    response = as_user("county").post(url, counts(mixed_places="70", reason="再改"))
    assert response.status_code == 422
    assert "already replaced" in response.content.decode()


def test_report_of_another_institution_is_not_found(as_user):
    foreign = CapacityReport.objects.filter(institution__number="SJZ-0002").first()
    url = reverse("correct_report", args=["SJZ-0001", foreign.pk])
    assert as_user("county").get(url).status_code == 404


def test_clerk_sees_the_own_institution(as_user):
    text = as_user("clerk").get(reverse("mine")).content.decode()
    assert "石家庄市长安区山宝幼儿园（示例）" in text
    assert "/institutions/SJZ-0001/report/" in text
    assert "SJZ-0002" not in text
