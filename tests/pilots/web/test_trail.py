"""The trail on pages: an institution's timeline, the auditors' search and export, the seals."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pilots.models import (
    Institution,
    Operator,
)
from pilots.operations.capacity import correct_report
from pilots.operations.institutions import Entry, register_institution
from pilots.operations.keys import revoke_key
from pilots.operations.people import create_institution_key
from pilots.queries.trail import Asked, search
from pilots.states.capacity import ClassGroup, Count
from portal.accounts.models import User
from portal.audit.tracking import event_models
from portal.audit.verifying import record_verification
from tests.pilots.acts import county_officer, report
from tests.portal.audit.acts import run, seal, spread_over_days

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
NOW = timezone.now()


@pytest.fixture
def correction():
    """A report of SJZ-0001 (长安区) that was corrected."""
    wrong = report("SJZ-0001", date(2021, 10, 1), 100, 8).report
    counts = {ClassGroup.MIXED: Count(10, 8)}
    return correct_report(report_id=wrong.pk, classes=counts, reason="多写了一个零", by=county_officer(), at=NOW).report


def page(as_user, role="auditor", name="trail", **query):
    return as_user(role).get(reverse(name), query)


def acts(response):
    return [row.act for row in response.context["rows"]]


def timeline(as_user, number, role="county"):
    return as_user(role).get(reverse("institution", args=[number]), {"as_of": "2021-11-01"}).context["timeline"]


def test_timeline_tells_who_did_what_and_why(as_user, correction):
    newest = timeline(as_user, "SJZ-0001")[0]
    assert newest.who == "长安区经办人（示例）"
    assert newest.act == "Capacity report corrected"
    assert newest.reason == "多写了一个零"
    assert newest.what == "capacity report · added"
    assert ("mixed class: places", "", "10") in [(each.label, each.old, each.new) for each in newest.changes]


def test_timeline_tells_old_and_new_in_words_and_hides_numbers(as_user):
    other = Operator.objects.create(name="新举办者")
    Institution.objects.filter(number="SJZ-0001").update(
        name="新名", operator=other, contact_phone="13812345678", legal_nature="for_profit", search_text="x"
    )
    Institution.objects.filter(number="SJZ-0001").update(contact_phone="13987654321")
    second, first = timeline(as_user, "SJZ-0001")[:2]
    changes = {each.label: (each.old, each.new) for each in first.changes}
    assert changes["operator"] == ("—", "新举办者")
    assert changes["legal nature"] == ("—", "for-profit")
    assert changes["name"][1] == "新名"
    assert changes["contact telephone"] == ("0311-****0001", "138****5678")
    assert [(each.label, each.old, each.new) for each in second.changes] == [
        ("contact telephone", "138****5678", "139****4321")
    ]
    assert first.who == "outside the portal"


def test_timeline_has_the_institution_s_keys(as_user):
    grant, _text = create_institution_key(number="SJZ-0001", label="软件")
    revoke_key(key_id=grant.pk, reason="试", by=None, at=timezone.now())
    whats = [each.what for each in timeline(as_user, "SJZ-0001")]
    assert whats[:3] == ["API key · changed", "institution's API key · added", "API key · added"]


def test_timeline_holds_nothing_of_others(as_user, correction):
    assert all(each.reason != "多写了一个零" for each in timeline(as_user, "SJZ-0002", role="province"))


@pytest.mark.parametrize("events", [1, 3])
def test_file_costs_the_same_for_any_number_of_events(as_user, django_assert_num_queries, events):
    for number in range(events):
        report("SJZ-0001", date(2021, 10, 1 + number), 10, 8)
    client = as_user("county")
    with django_assert_num_queries(11):
        response = client.get(reverse("institution", args=["SJZ-0001"]), {"as_of": "2021-11-01"})
    assert response.status_code == 200


@pytest.mark.parametrize("role", ["auditor", "audit-admin"])
def test_auditors_search_the_trail(as_user, correction, role):
    response = page(as_user, role, table="pilots_capacityreportevent")
    assert response.status_code == 200
    assert acts(response)[:2] == ["Capacity report corrected", "Capacity reported"]


@pytest.mark.parametrize("name", ["trail", "trail_export", "seals"])
@pytest.mark.parametrize(
    "role", ["province", "county", "reviewer", "clerk", "director", "system-admin", "security-admin"]
)
def test_others_find_no_trail(as_user, role, name):
    assert page(as_user, "auditor", name).status_code == 200
    assert page(as_user, role, name).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_search_costs_the_same_for_any_number_of_events(as_user, django_assert_num_queries, rows):
    for number in range(rows):
        report("SJZ-0001", date(2021, 10, 1 + number), 10, 8)
    client = as_user("auditor")
    query = {"act": "capacity.reported"}
    with django_assert_num_queries(7):
        response = client.get(reverse("trail"), query)
    assert len(response.context["rows"]) == rows


def test_search_by_person_act_kind_institution_request_and_days(as_user, correction):
    def found(**query):
        return page(as_user, **query).context["page_obj"].paginator.count

    assert found(person="county") == 2
    assert found(person="长安区经办人") == 2
    assert found(person="nobody at all") == 0
    assert found(act="capacity.corrected") == 1
    assert found(act="capacity.corrected", person="county") == 1
    assert found(table="pilots_capacityreportevent", person="county") == 2
    assert found(table="pilots_filingevent", person="county") == 0
    assert found(institution="sjz-0001", act="capacity.corrected") == 1
    assert found(institution="SJZ-0002", act="capacity.corrected") == 0
    assert found(institution="SJZ-9999") == 0
    assert found(request_id="no-such-request") == 0
    assert found(record="sjz-0001", act="capacity.corrected") == 1
    assert found(record="SJZ-0002", act="capacity.corrected") == 0
    yesterday = str(TODAY - timedelta(days=1))
    assert found(act="capacity.corrected", first=yesterday, last=yesterday) == 0
    assert found(act="capacity.corrected", first=yesterday, last=str(TODAY)) == 1


def test_search_by_request_finds_its_events(as_user):
    data = {"as_of": "2021-10-01"} | {
        f"{group}_{part}": 1 for group in ClassGroup.values for part in ("places", "enrolled")
    }
    auditor = as_user("auditor")
    answer = as_user("county").post(
        reverse("report_capacity", args=["SJZ-0001"]), data, headers={"x-request-id": "request-4711"}
    )
    assert answer.status_code == 302
    (row,) = auditor.get(reverse("trail"), {"request_id": "request-4711"}).context["rows"]
    assert (row.request, row.through, row.address) == ("request-4711", "report_capacity", "127.0.0.1")


@pytest.mark.parametrize(
    "query",
    [
        {"first": "2021-13-01"},
        {"first": "x"},
        {"act": "no.act"},
        {"table": "accounts_user; DROP TABLE x"},
        {"first": str(TODAY), "last": str(TODAY - timedelta(days=2))},
        {"institution": "x" * 50},
    ],
)
def test_odd_search_is_refused_at_its_field(as_user, query):
    response = page(as_user, **query)
    assert response.status_code == 422
    assert response.context["filters"].errors
    assert response.context["page_obj"].paginator.count == 0


@pytest.mark.parametrize("query", [{"first": "0001-01-01", "last": "9999-12-31"}, {"person": "%"}, {"page": "-1"}])
def test_odd_but_possible_search_is_answered(as_user, query):
    assert page(as_user, **query).status_code == 200


def test_htmx_gets_the_rows_only(as_user):
    response = as_user("auditor").get(reverse("trail"), headers={"hx-request": "true", "hx-target": "trail-rows"})
    assert response.content.decode().startswith('<section class="card" id="trail-rows"')


def test_audit_administrator_reads_all_and_others_none():
    administrator, officer = (User.objects.get(username=name) for name in ("audit-admin", "province"))
    total = sum(model.objects.count() for model in event_models())
    asked = Asked(first=TODAY - timedelta(days=1), last=TODAY)
    assert search(administrator, asked).count() == total > 1_000
    assert search(officer, asked).count() == 0


def test_pages_follow_each_other(as_user):
    response = page(as_user, "audit-admin")
    first = response.context["page_obj"]
    assert first.paginator.count > 1_000
    second = page(as_user, "audit-admin", page=2)
    assert len(second.context["rows"]) == 50
    assert response.context["rows"][-1].at >= second.context["rows"][0].at


def exported(response):
    text = response.content.decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_export_has_what_the_search_finds_and_no_formula(as_user):
    entry = Entry("130102", '=HYPERLINK("http://x")', "social", date(2021, 1, 1), address="+1")
    register_institution(entry=entry, filing=None, by=county_officer(), at=NOW)
    wrong = report("SJZ-0001", date(2021, 10, 1), 100, 8).report
    counts = {ClassGroup.MIXED: Count(10, 8)}
    correct_report(report_id=wrong.pk, classes=counts, reason="@sum(1)", by=county_officer(), at=NOW)
    response = page(as_user, name="trail_export", person="county")
    assert response["Content-Disposition"] == f'attachment; filename="trail-{TODAY}.csv"'
    head, *rows = exported(response)
    assert head[:4] == ["Time", "Who", "Act", "Reason"]
    assert [row[2] for row in rows] == ["Capacity report corrected", "Capacity reported", "Institution registered"]
    assert rows[0][3] == "'@sum(1)"
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_navigation_shows_the_trail_to_auditors_only(as_user):
    def entries(role):
        return [item["label"] for item in as_user(role).get(reverse("institutions")).context["navigation"]]

    assert entries("auditor")[-2:] == ["Trail", "Seals"]
    assert entries("audit-admin") == ["Two-person review", "Disclosures", "Trail", "Seals"]
    assert not {"Trail", "Seals", "Disclosures"} & set(entries("province"))


def test_seals_page_before_the_first_seal(as_user):
    response = page(as_user, name="seals")
    assert response.status_code == 200
    assert b"No day is sealed yet" in response.content


@pytest.mark.parametrize("days", [1, 3])
def test_seals_are_listed_with_their_state(as_user, django_assert_num_queries, settings, tmp_path, days):
    settings.AUDIT_SEAL_DIRECTORY = tmp_path
    spread_over_days(days)
    seal()
    client = as_user("audit-admin")
    states = [row["status_label"] for row in client.get(reverse("seals")).context["rows"]]
    assert states == ["not yet verified"] * days
    record_verification(at=timezone.now())
    with django_assert_num_queries(7):
        response = client.get(reverse("seals"))
    assert [row["status_label"] for row in response.context["rows"]] == ["verified"] * days
    assert all(len(row["digest"]) == 64 for row in response.context["rows"])


def test_altered_trail_is_said_on_the_seals_page(as_user, settings, tmp_path):
    settings.AUDIT_SEAL_DIRECTORY = tmp_path
    spread_over_days(3)
    seal()
    middle = TODAY - timedelta(days=2)
    run("UPDATE audit_seal SET events = events + 1 WHERE day = %s", middle)
    record_verification(at=timezone.now())
    response = page(as_user, name="seals")
    assert [row["status_label"] for row in response.context["rows"]] == ["see the finding", "altered", "verified"]
    assert f"audit_seal {middle}" in response.content.decode()
