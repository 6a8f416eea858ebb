"""The form that records a closing, and its button on an institution's file."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pilots.models import Institution, Notice
from pilots.operations.institutions import close_institution
from pilots.operations.refusals import ReasonMissing
from pilots.web.days import dated
from tests.pilots.people import day, someone

pytestmark = pytest.mark.django_db

NUMBER = "SJZ-0001"
URL = "/institutions/SJZ-0001/close/"
FILE = "/institutions/SJZ-0001/"
WANTED = {"county": 200}
WANTED |= dict.fromkeys(
    ["province", "province2", "city", "reviewer", "department", "auditor", "clerk", "director"], 403
)
WANTED |= dict.fromkeys(["county2", "brand", "assessor", "system-admin", "security-admin", "audit-admin"], 404)


def found():
    return Institution.objects.get(number=NUMBER)


def filled(**more):
    return {"closed_on": str(day(-1)), "reason": "租约到期停办", **more}


def trail():
    return Institution.pgh_event_model.objects.filter(pgh_obj__number=NUMBER).latest("pgh_id").pgh_context


@pytest.mark.parametrize("name", WANTED)
def test_only_the_county_unit_closes(as_user, name):
    assert found().closed_on is None
    client, wanted = as_user(name), WANTED[name]
    assert client.get(URL).status_code == wanted
    assert client.post(URL, filled()).status_code == (302 if wanted == 200 else wanted)
    assert (found().closed_on == day(-1)) == (wanted == 200)


@pytest.mark.parametrize(("name", "offered"), [("county", True), ("city", False), ("clerk", False)])
def test_file_offers_it_while_the_institution_is_open(as_user, name, offered):
    assert (URL in _offered(as_user(name))) == offered
    close_institution(
        institution_id=found().pk, closed_on=day(-1), reason="停办", by=someone("county"), at=timezone.now()
    )
    assert URL not in _offered(as_user(name))


def _offered(client):
    response = client.get(FILE)
    assert response.status_code == 200
    return {action["url"] for action in response.context["actions"]}


def test_closing_is_recorded_told_and_in_the_trail(as_user):
    page = as_user("county").get(URL)
    assert "cannot be taken back" in page.content.decode()
    answer = as_user("county").post(URL, filled(closed_on=str(day(0))), follow=True)
    assert answer.redirect_chain == [(dated(FILE, day(0)), 302)]
    assert f"Closed: {found().name}." in [str(each) for each in answer.context["messages"]]
    assert found().closed_on == day(0)
    notice = Notice.objects.get(kind="institution.closed")
    assert (notice.institution, notice.parameters) == (found(), {"closed_on": str(day(0))})
    assert (trail()["act"], trail()["reason"]) == ("institution.closed", "租约到期停办")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"closed_on": ""}, "closed_on"),
        ({"closed_on": "2021-02-30"}, "closed_on"),
        ({"closed_on": str(timezone.localdate() + timedelta(days=2))}, "closed_on"),
        ({"closed_on": "2001-01-01"}, "closed_on"),
        ({"reason": "  "}, "reason"),
        ({"reason": "长" * 501}, "reason"),
    ],
)
def test_wrong_input_is_refused_at_its_field(as_user, wrong, field):
    assert found().opened_on > date(2001, 1, 1)
    page = as_user("county").post(URL, filled(**wrong))
    assert (page.status_code, set(page.context["form"].errors)) == (422, {field})
    assert (found().closed_on, Notice.objects.filter(kind="institution.closed").exists()) == (None, False)


def test_second_closing_is_refused_at_the_field(as_user):
    client = as_user("county")
    assert client.post(URL, filled()).status_code == 302
    again = client.post(URL, filled(closed_on=str(day(-3))))
    assert (again.status_code, set(again.context["form"].errors)) == (422, {"closed_on"})
    assert (found().closed_on, client.get(URL).status_code) == (day(-1), 409)


def test_operation_takes_no_closing_without_a_reason():
    with pytest.raises(ReasonMissing) as refused:
        close_institution(
            institution_id=found().pk, closed_on=day(-1), reason=" ", by=someone("county"), at=timezone.now()
        )
    assert refused.value.field == "reason"
    assert reverse("institution_close", args=[NUMBER]) == URL
