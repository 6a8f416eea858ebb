"""Who and why, as events have it: acts, acts in acts, requests, API keys, commands, tasks, nothing."""

import io
import json
from datetime import date

import pytest
from celery import shared_task
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from pilots.models import CapacityReport, Institution, InstitutionKey, Operator, Region, RegionFact
from pilots.operations.capacity import correct_report
from pilots.operations.facts import Basis, designate, void_designation
from pilots.states.capacity import ClassGroup, Count
from pilots.states.facts import PilotLevel, PilotType
from portal.accounts.models import User
from portal.audit.context import noted
from portal.audit.trail import recorded
from tests.pilots.acts import county_officer, report

pytestmark = pytest.mark.django_db


def context(model, **conditions):
    """The context of the latest event of a model."""
    return model.pgh_event_model.objects.filter(**conditions).latest("pgh_id").pgh_context


@recorded("operator.named")
def name_operator(*, name, reason="", by=None):
    return Operator.objects.create(name=name)


@recorded("group.formed")
def form_group(*, name, reason="", by=None):
    first = Operator.objects.create(name=f"{name}1")
    name_operator(name=f"{name}2", reason="内")
    second = Operator.objects.create(name=f"{name}3")
    name_operator(name=f"{name}4")
    return first, second


def test_act_leaves_its_name_reason_and_author():
    name_operator(name="甲", reason="  试  ", by=county_officer())
    assert context(Operator) == {"act": "operator.named", "reason": "试", "user": county_officer().pk}


def test_inner_act_does_not_leak_into_the_outer_one():
    form_group(name="群", reason="外", by=county_officer())
    found = [context(Operator, name=f"群{n}") for n in range(1, 5)]
    assert [(each["act"], each["reason"]) for each in found] == [
        ("group.formed", "外"),
        ("operator.named", "内"),
        ("group.formed", "外"),
        ("operator.named", "外"),
    ]


def test_act_that_failed_leaks_nothing():
    with noted(command="outer"):
        with pytest.raises(RuntimeError), transaction.atomic():
            failing()
        Operator.objects.create(name="乙")
    assert context(Operator, name="乙") == {"command": "outer"}
    assert not Operator.objects.filter(name="丙").exists()


@recorded("operator.failed")
def failing():
    Operator.objects.create(name="丙")
    raise RuntimeError


def test_after_an_act_the_same_transaction_has_no_context():
    name_operator(name="甲")
    Operator.objects.create(name="乙")
    assert context(Operator, name="甲") == {"act": "operator.named"}
    assert context(Operator, name="乙") is None


def test_basis_gives_reason_and_author():
    institution = Institution.objects.get(number="SJZ-0001")
    line = designate(
        institution_id=institution.pk,
        level=PilotLevel.CITY,
        pilot_type=PilotType.COMMUNITY,
        effective_on=date(2021, 5, 1),
        basis=Basis(by=county_officer(), reason="年度评审"),
    )
    void_designation(designation_id=line.pk, basis=Basis(by=county_officer(), reason="录入错误"))
    event = type(line).pgh_event_model.objects.filter(institution=institution).latest("pgh_id")
    assert event.pgh_context == {"act": "designation.voided", "reason": "录入错误", "user": county_officer().pk}


def test_request_leaves_person_request_address_route_and_act(as_user):
    client = as_user("county")
    wrong = report("SJZ-0001", date(2021, 10, 1), 10, 8).report
    data = {"as_of": "2021-10-01", "reason": "多写了一个零"}
    data |= {f"{group}_{part}": 1 for group in ClassGroup.values for part in ("places", "enrolled")}
    response = client.post(
        reverse("correct_report", args=["SJZ-0001", wrong.pk]), data, headers={"x-request-id": "request-0001"}
    )
    assert response.status_code == 302
    assert context(CapacityReport, corrects=wrong) == {
        "act": "capacity.corrected",
        "address": "127.0.0.1",
        "key": None,
        "reason": "多写了一个零",
        "request": "request-0001",
        "route": "correct_report",
        "user": county_officer().pk,
    }


def test_software_leaves_its_key(api):
    body = json.dumps({"as_of": "2021-11-01", "classes": {"mixed": {"places": 5, "enrolled": 4}}})
    response = api.post(reverse("api:capacity_reports", args=["SJZ-0001"]), body, content_type="application/json")
    assert response.status_code == 201
    found = context(CapacityReport, id=response.json()["id"])
    assert (found["key"], found["user"]) == (InstitutionKey.objects.get().pk, None)
    assert (found["act"], found["route"]) == ("capacity.reported", "api:capacity_reports")
    assert found["request"] == response["X-Request-ID"]


def test_sign_in_leaves_who_signed_in(client):
    user = User.objects.get(username="city")
    answer = client.post(reverse("sign_in"), {"username": "city", "password": "tuoyu-2021-demo"})
    assert answer.status_code == 302
    event = User.pgh_event_model.objects.filter(pgh_obj=user).latest("pgh_id")
    assert event.last_login is not None
    assert (event.pgh_context["user"], event.pgh_context["route"]) == (user.pk, "sign_in")


def test_forwarded_address_is_believed_only_behind_our_own_server(client, settings):
    def address():
        answer = client.post(
            reverse("sign_in"),
            {"username": "city", "password": "tuoyu-2021-demo"},
            headers={"x-forwarded-for": "10.9.8.7, 203.0.113.5"},
        )
        assert answer.status_code == 302
        client.logout()
        return context(User)["address"]

    assert address() == "127.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert address() == "203.0.113.5"


def test_command_leaves_its_name():
    call_command("create_api_key", "--institution", "SJZ-0001", stdout=io.StringIO())
    assert context(InstitutionKey) == {"act": "key.created", "command": "create_api_key"}


@shared_task(name="tests.rename")
def rename():
    Operator.objects.create(name="任务")


def test_task_leaves_its_name():
    rename()
    assert context(Operator) == {"task": "tests.rename"}


def test_demonstration_stands_under_its_act_and_the_regions_under_theirs():
    assert context(Institution)["act"] == "demonstration.loaded"
    assert context(Region)["act"] == context(RegionFact, kind="population")["act"] == "regions.loaded"


def test_correction_has_its_reason_in_the_trail():
    wrong = report("SJZ-0001", date(2021, 10, 1), 10, 8).report
    counts = {ClassGroup.MIXED: Count(1, 1)}
    correct_report(report_id=wrong.pk, classes=counts, reason="笔误", by=county_officer(), at=timezone.now())
    assert context(CapacityReport)["reason"] == "笔误"
