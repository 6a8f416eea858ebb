"""Hidden numbers: masked everywhere, shown for a recorded purpose, listed for auditors."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pilots.models import Disclosure, Institution, Membership
from pilots.operations.disclosures import disclose
from pilots.operations.people import create_institution_key
from pilots.operations.refusals import NothingHidden, ReasonMissing
from pilots.policies.standing import KeyHolder
from pilots.states.disclosures import HiddenField, Purpose
from portal.accounts.models import User
from portal.shared.refusals import NotPermitted
from tests.portal.audit.acts import behind_the_back

pytestmark = pytest.mark.django_db

NUMBER, PHONE, MASKED = "SJZ-0001", "13812341234", "138****1234"
READERS = ("province", "city", "county", "reviewer", "department", "auditor")
OWN = ("clerk", "director")
ASKED = {"purpose": "filing", "reason": "核实备案材料"}


@pytest.fixture(autouse=True)
def phone(db):
    Institution.objects.filter(number__in=[NUMBER, "SJZ-0045"]).update(contact_phone=PHONE, contact_name="王老师")
    Institution.objects.filter(number="SJZ-0002").update(contact_phone="")


def show(by="county", *, number=NUMBER, reason="核实备案材料", at=None):
    institution = Institution.objects.get(number=number)
    return disclose(
        institution_id=institution.pk,
        field=HiddenField.CONTACT_PHONE,
        purpose=Purpose.FILING,
        reason=reason,
        by=User.objects.get(username=by) if isinstance(by, str) else by,
        at=at or timezone.now(),
    )


def address(number=NUMBER):
    return reverse("institution_contact", args=[number])


@pytest.mark.parametrize("role", READERS)
def test_file_shows_the_number_masked_with_a_way_to_see_it(as_user, role):
    page = as_user(role).get(reverse("institution", args=[NUMBER])).content.decode()
    assert MASKED in page
    assert PHONE not in page
    assert "王老师" in page
    assert f'href="{address()}"' in page
    assert Disclosure.objects.count() == 0


@pytest.mark.parametrize("role", OWN)
def test_own_people_see_the_number_as_it_is(as_user, role):
    page = as_user(role).get(reverse("institution", args=[NUMBER])).content.decode()
    assert PHONE in page
    assert address() not in page


@pytest.mark.parametrize("role", READERS)
def test_number_is_shown_once_after_its_purpose_was_recorded(as_user, role):
    client = as_user(role)
    asked = client.get(address())
    assert (asked.status_code, PHONE in asked.content.decode()) == (200, False)
    response = client.post(address(), ASKED, headers={"x-request-id": "seen-by-the-test"})
    assert (response.status_code, PHONE in response.content.decode()) == (200, True)
    assert "no-store" in response["Cache-Control"]
    row = Disclosure.objects.get()
    assert (row.recorded_by.username, row.institution.number, row.field) == (role, NUMBER, "contact_phone")
    assert (row.purpose, row.reason, row.request_id) == ("filing", "核实备案材料", "seen-by-the-test")
    assert PHONE not in client.get(address()).content.decode()
    assert PHONE not in client.get(reverse("institution", args=[NUMBER])).content.decode()


@pytest.mark.parametrize("role", ["county2", "assessor", "system-admin", "security-admin", "audit-admin"])
def test_nobody_else_finds_the_page(as_user, role):
    assert as_user("county").get(address()).status_code == 200
    assert as_user(role).get(address()).status_code == 404
    assert as_user(role).post(address(), ASKED).status_code == 404
    assert Disclosure.objects.count() == 0


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"purpose": "", "reason": "核实备案材料"}, "purpose"),
        ({"purpose": "curiosity", "reason": "核实备案材料"}, "purpose"),
        ({"purpose": "filing", "reason": ""}, "reason"),
        ({"purpose": "filing", "reason": "   "}, "reason"),
        ({"purpose": "filing", "reason": "x"}, "reason"),
        ({"purpose": "filing", "reason": "x" * 301}, "reason"),
        ({"purpose": "filing", "reason": "a\u202ebcd"}, "reason"),
    ],
)
def test_without_purpose_and_reason_nothing_is_shown(as_user, form, field):
    response = as_user("county").post(address(), form)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert PHONE not in response.content.decode()
    assert Disclosure.objects.count() == 0


def test_an_hour_has_its_limit_and_then_goes_on(as_user, settings):
    settings.DISCLOSURES_PER_HOUR = 2
    client = as_user("county")
    for _turn in range(2):
        assert PHONE in client.post(address(), ASKED).content.decode()
    refused = client.post(address(), ASKED)
    assert refused.status_code == 422
    assert "You had 2 numbers shown in the last hour" in refused.content.decode()
    assert PHONE not in refused.content.decode()
    assert Disclosure.objects.count() == 2
    assert PHONE in as_user("province").post(address(), ASKED).content.decode()
    assert show(at=timezone.now() + timedelta(hours=1, seconds=1)).value == PHONE


def test_operation_refuses_whoever_calls_it():
    with pytest.raises(NotPermitted):
        show("county2")
    with pytest.raises(NotPermitted):
        show(KeyHolder(create_institution_key(number=NUMBER, label="x")[0]))
    with pytest.raises(ReasonMissing):
        show(reason=" x ")
    with pytest.raises(NothingHidden):
        show(number="SJZ-0002")
    assert Disclosure.objects.count() == 0
    assert show().value == PHONE


def test_institution_without_a_number_says_so(as_user):
    response = as_user("county").get(address("SJZ-0002"))
    assert response.status_code == 200
    assert "No telephone number on record" in response.content.decode()
    assert address("SJZ-0002") not in as_user("county").get(reverse("institution", args=["SJZ-0002"])).content.decode()


def test_no_list_search_form_or_interface_holds_the_number(as_user, key):
    client = as_user("county")
    bearer = Client(headers={"authorization": f"Bearer {key}"})
    assert Institution.objects.get(number=NUMBER).contact_phone == PHONE
    answers = [
        client.get(reverse("institutions"), {"q": NUMBER}),
        client.get(reverse("institutions"), {"q": PHONE}),
        client.get(reverse("figure", args=["institutions_total"]), {"region": "130102", "q": NUMBER}),
        client.get(reverse("report_capacity", args=[NUMBER])),
        client.get(reverse("document_add", args=[NUMBER])),
        bearer.get(reverse("api:capacity_reports", args=[NUMBER])),
        bearer.get(reverse("api:figures"), {"region": "130102", "as_of": "2021-11-01"}),
    ]
    assert {answer.status_code for answer in answers} == {200}
    for answer in answers:
        text = answer.content.decode()
        assert PHONE not in re.sub(r'value="[^"]*"|value=[^&]*|q=[^&"]*', "", text)
    assert answers[1].context["page_obj"].paginator.count == 0


def test_auditor_reads_who_had_what_shown(as_user):
    show("county")
    show("province", number="SJZ-0045", reason="处理群众投诉")
    response = as_user("auditor").get(reverse("disclosures"))
    assert response.status_code == 200
    page = response.content.decode()
    assert [row["username"] for row in response.context["rows"]] == ["province", "county"]
    assert "处理群众投诉" in page
    assert PHONE not in page
    assert MASKED not in page


def test_auditor_of_a_region_reads_its_disclosures_only(as_user):
    show("county")
    show("province", number="SJZ-0045")
    assert Institution.objects.get(number="SJZ-0045").county_id != "130102"
    with behind_the_back():  # as if given so from the start
        Membership.objects.filter(user__username="auditor").update(region="130102")
    rows = as_user("auditor").get(reverse("disclosures")).context["rows"]
    assert [row["number"] for row in rows] == [NUMBER]
    rows = as_user("audit-admin").get(reverse("disclosures")).context["rows"]
    assert [row["number"] for row in rows] == ["SJZ-0045", NUMBER]


@pytest.mark.parametrize("role", [*{*READERS, *OWN} - {"auditor"}, "system-admin", "security-admin", "assessor"])
def test_nobody_else_reads_disclosures(as_user, role):
    show("county")
    assert as_user("auditor").get(reverse("disclosures")).status_code == 200
    assert as_user(role).get(reverse("disclosures")).status_code == 403
    assert reverse("disclosures") not in as_user(role).get(reverse("institutions")).content.decode()


def test_list_is_searched_and_filtered(as_user):
    show("county")
    show("province", number="SJZ-0045", reason="处理群众投诉")
    client, url = as_user("auditor"), reverse("disclosures")
    for words, count in (("投诉", 1), ("county", 1), (NUMBER, 1), ("SJZ", 2), ("没有", 0), ("%", 0)):
        assert client.get(url, {"q": words}).context["page_obj"].paginator.count == count
    assert client.get(url, {"purpose": "filing"}).context["page_obj"].paginator.count == 2
    assert client.get(url, {"purpose": "complaint"}).context["page_obj"].paginator.count == 0
    part = client.get(url, {"q": "投诉"}, headers={"hx-request": "true", "hx-target": "disclosure-rows"})
    assert part.content.decode().lstrip().startswith("<section")


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_any_number_of_rows(as_user, django_assert_num_queries, count):
    for _turn in range(count):
        show("county")
    client = as_user("auditor")
    with django_assert_num_queries(6):
        client.get(reverse("disclosures"))


def test_rows_cannot_be_changed_or_removed():
    show()
    for change in (lambda: Disclosure.objects.update(reason="y"), lambda: Disclosure.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Disclosure.objects.get().reason == "核实备案材料"


def test_row_needs_a_person():
    institution = Institution.objects.get(number=NUMBER)
    with pytest.raises(DatabaseError), transaction.atomic():
        Disclosure.objects.create(institution=institution, field="contact_phone", purpose="other", reason="x")
