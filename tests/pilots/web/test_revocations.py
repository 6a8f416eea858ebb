"""The form that proposes to revoke a designation, and its button on an institution's file."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pilots.models import Designation, Institution
from pilots.operations.facts import Basis, designate, end_designation
from pilots.queries.designations import standing_designation
from pilots.states.facts import PilotLevel, PilotType
from portal.approvals.models import Proposal
from tests.portal.acts import user

pytestmark = pytest.mark.django_db

PILOT = "SJZ-0001"
TODAY = timezone.localdate()


def url(number=PILOT):
    return reverse("revoke_designation", args=[number])


def line(number=PILOT):
    return standing_designation(Institution.objects.get(number=number).pk, TODAY)


def filled(**more):
    values = {"designation": line().pk, "effective_on": TODAY.isoformat(), "document_number": "石卫函〔2026〕8号"}
    return {**values, "reason": "多次超托位收托", **more}


WANTED = {"province": 200, "province2": 200, "city": 200}
WANTED |= dict.fromkeys(["county", "reviewer", "department", "auditor", "clerk", "director"], 403)
WANTED |= dict.fromkeys(["county2", "assessor", "system-admin", "security-admin", "audit-admin"], 404)


@pytest.mark.parametrize("name", WANTED)
def test_form_opens_to_officers_of_city_and_province(as_user, name):
    assert line() is not None
    assert as_user(name).get(url()).status_code == WANTED[name]
    posted = as_user(name).post(url(), filled()).status_code
    assert posted == (302 if WANTED[name] == 200 else WANTED[name])
    assert Proposal.objects.exists() == (WANTED[name] == 200)


@pytest.mark.parametrize(("name", "offered"), [("city", True), ("province", True), ("county", False), ("clerk", False)])
def test_file_offers_it_for_pilots(as_user, name, offered):
    page = as_user(name).get(reverse("institution", args=[PILOT]))
    assert page.status_code == 200
    assert (url() in {action["url"] for action in page.context["actions"]}) == offered


def test_file_of_others_does_not_offer_it(as_user):
    other = next(each for each in Institution.objects.order_by("number") if line(each.number) is None)
    page = as_user("city").get(reverse("institution", args=[other.number]))
    assert page.context["actions"] == []
    form = as_user("city").get(url(other.number))
    assert (form.status_code, form.context["line"]) == (200, None)
    answer = as_user("city").post(url(other.number), filled())
    assert answer.status_code == 404
    assert not Proposal.objects.exists()


def test_revocation_by_city_and_province(as_user):
    answer = as_user("city").post(url(), filled())
    proposal = Proposal.objects.get()
    assert answer["Location"] == reverse("proposal", args=[proposal.pk])
    assert as_user("city").get(url()).context["waiting"][0]["person"] == str(user("city"))
    page = as_user("province").get(answer["Location"])
    assert page.context["proposal"]["link"] == reverse("institution", args=[PILOT])
    assert [change.new for change in page.context["changes"]] == ["none", TODAY.isoformat(), "石卫函〔2026〕8号"]
    again = as_user("province").post(url(), filled())
    assert again.status_code == 422
    assert again.context["form"].non_field_errors()
    assert as_user("province").post(answer["Location"], {"move": "confirm"}).status_code == 302
    assert line() is None
    assert as_user("city").get(url()).context["line"] is None
    page = as_user("clerk").get(reverse("institution", args=[PILOT]))
    assert "石卫函〔2026〕8号" in page.content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"effective_on": ""}, "effective_on"),
        ({"effective_on": "2019-01-01"}, "effective_on"),
        ({"effective_on": (TODAY + timedelta(days=400)).isoformat()}, "effective_on"),
        ({"document_number": ""}, "document_number"),
        ({"document_number": "长" * 101}, "document_number"),
        ({"reason": " "}, "reason"),
    ],
)
def test_wrong_input_comes_back_whole(as_user, wrong, field):
    values = filled(**wrong)
    page = as_user("city").post(url(), values)
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {field}
    for name, value in values.items():
        assert page.context["form"][name].value() == str(value)
    assert not Proposal.objects.exists()


def test_stale_form_says_so_and_can_be_sent_again(as_user):
    values, old = filled(), line()
    designate(
        institution_id=old.institution_id,
        level=PilotLevel.PROVINCIAL,
        pilot_type=PilotType.COMMUNITY,
        effective_on=TODAY - timedelta(days=1),
        basis=Basis(),
    )
    page = as_user("city").post(url(), values)
    form = page.context["form"]
    assert page.status_code == 422
    assert set(form.errors) == {"effective_on"}
    assert (form["reason"].value(), form["designation"].value()) == (values["reason"], str(line().pk))
    assert page.context["line"]["level"] == "provincial pilot"
    assert as_user("city").post(url(), {**values, "designation": form["designation"].value()}).status_code == 302
    assert Proposal.objects.get().office == "130000"


def test_foreign_line_is_not_found(as_user):
    other = Designation.objects.exclude(institution__number=PILOT).first()
    basis = Basis(reason="期满")
    ended = end_designation(institution_id=line().institution_id, effective_on=TODAY + timedelta(9), basis=basis)
    for designation in (other.pk, ended.pk, 999_999_999):
        assert as_user("city").post(url(), filled(designation=designation)).status_code == 404
    assert not Proposal.objects.exists()
