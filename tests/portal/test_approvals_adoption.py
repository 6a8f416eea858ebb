"""An act of another kind adopted: no region, no ledger line, a role as an argument; decided on the same pages."""

from datetime import date

import pytest
from django.db.models import Q
from django.urls import reverse

from pilots.policies.standing import standing
from pilots.states.roles import ADMINISTRATOR_ROLES, Role
from portal.accounts.models import User
from portal.approvals.matters import ADOPTED, Matter, Subject
from portal.approvals.models import Proposal
from portal.approvals.two_person import two_person
from portal.audit.trail import recorded
from tests.portal.acts import NOW, user

pytestmark = pytest.mark.django_db


def administers(by):
    return bool(standing(by).roles & ADMINISTRATOR_ROLES)


@recorded("test.renamed")
def rename(*, user_id: int, role: Role, starts_on: date, ends_on: date | None = None, by: User) -> None:
    """Leave what was asked for in the person's name."""
    User.objects.filter(pk=user_id).update(name=f"{role} {starts_on} {ends_on} {by.username}")


class Renaming(Matter):
    name = "Renaming"
    proposers = confirmers = "administrators"

    def subject(self, arguments):
        person = User.objects.get(pk=arguments["user_id"])
        return Subject(str(person.pk), f"{person}: {arguments['role'].label}", "", "")

    def visible(self, user):
        return Q() if administers(user) else Q(pk__in=[])


@pytest.fixture
def renaming():
    yield two_person(
        "test.renamed",
        rename,
        Renaming(),
        may_propose=lambda by, _arguments: administers(by),
        may_confirm=lambda by: ~Q(subject=str(by.pk)) if administers(by) else Q(pk__in=[]),
    )
    del ADOPTED["test.renamed"]


def propose(act, by="system-admin", about="clerk"):
    more = {"role": Role.AUDITOR, "starts_on": date(2026, 12, 1), "reason": "岗位调整", "at": NOW}
    return act.propose(by=user(by), user_id=user(about).pk, **more)


def test_it_is_decided_on_the_same_pages(renaming, as_user):
    proposal = propose(renaming)
    where = reverse("proposal", args=[proposal.pk])
    assert proposal.arguments == {"user_id": user("clerk").pk, "role": "auditor", "starts_on": "2026-12-01"}
    for name in ("province", "auditor", "clerk"):
        assert as_user(name).get(where).status_code == 404
    page = as_user("security-admin").get(where)
    assert (page.status_code, page.context["changes"]) == (200, [])
    assert "auditor" in page.content.decode()
    assert as_user("system-admin").post(where, {"move": "confirm"}).status_code == 403
    assert as_user("security-admin").post(where, {"move": "confirm"}).status_code == 302
    assert user("clerk").name == "auditor 2026-12-01 None security-admin"
    assert Proposal.objects.get().result_id is None


def test_who_it_is_about_does_not_confirm_it(renaming, as_user):
    proposal = propose(renaming, about="audit-admin")
    where = reverse("proposal", args=[proposal.pk])
    assert as_user("audit-admin").get(where).context["moves"] == []
    assert as_user("audit-admin").post(where, {"move": "confirm"}).status_code == 403
    assert [row["pk"] for row in as_user("security-admin").get(reverse("proposals")).context["waiting"]] == [
        proposal.pk
    ]


def test_optional_values_may_be_left_out_or_nothing(renaming):
    given = {"user_id": 1, "role": Role.AUDITOR, "starts_on": date(2026, 12, 1)}
    for more in ({}, {"ends_on": None}, {"ends_on": date(2027, 1, 1)}):
        assert renaming.shape.read(renaming.shape.write({**given, **more})) == {**given, **more}
    with pytest.raises(TypeError):
        renaming.shape.write({**given, "role": "auditor"})


def test_forgotten_act_is_not_shown(renaming, as_user):
    proposal = propose(renaming)
    kept = ADOPTED.pop("test.renamed")
    try:
        client = as_user("security-admin")
        assert client.get(reverse("proposal", args=[proposal.pk])).status_code == 404
        assert client.get(reverse("proposals")).context["waiting"] == []
    finally:
        ADOPTED["test.renamed"] = kept
