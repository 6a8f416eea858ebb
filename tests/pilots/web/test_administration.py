"""Administrators' roles: one proposes on the person's page, another administrator confirms, and only then it holds."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from pilots.models import Membership
from pilots.operations.administration import administration_end, administration_grant
from pilots.states.roles import Role
from portal.accounts.models import User
from portal.approvals.models import Proposal
from tests.pilots.people import day, settle, someone

pytestmark = pytest.mark.django_db

GRANT = {"role": "audit_administrator", "starts_on": day(0).isoformat(), "reason": "轮岗"}
END = {"when": "day", "last_day": day(3).isoformat(), "reason": "轮岗"}
NOW = timezone.now()


@pytest.fixture
def fresh():
    """Somebody with an account that is their own, and no role."""
    return settle(User.objects.create(username="fresh", name="新人"))


def grant_page(person):
    return reverse("administration_grant", args=[person.pk])


def end_page(username="audit-admin"):
    membership = Membership.objects.get(user__username=username)
    return reverse("administration_end", args=[membership.user_id, membership.pk])


def proposal_page(proposal=None):
    return reverse("proposal", args=[(proposal or Proposal.objects.get()).pk])


def person_page(person):
    return reverse("person", args=[person.pk])


def decide(client, move="confirm", **more):
    return client.post(proposal_page(), {"move": move, **more})


def held(person):
    rows = Membership.objects.filter(user=person).order_by("pk")
    return [(row.role, row.starts_on, row.ends_on) for row in rows]


def proposed_grant(person, *, at=NOW, starts_on=None, role=Role.AUDIT_ADMINISTRATOR):
    by, starts_on = someone("security-admin"), starts_on or day(0)
    return administration_grant.propose(user_id=person.pk, role=role, starts_on=starts_on, reason="轮岗", by=by, at=at)


def proposed_end(username="audit-admin", *, at=NOW, last_day=None):
    membership = Membership.objects.get(user__username=username)
    by, last_day = someone("security-admin"), last_day or day(0)
    return administration_end.propose(membership_id=membership.pk, last_day=last_day, reason="轮岗", by=by, at=at)


def test_grant_waits_on_the_persons_page_until_another_administrator_confirms(as_user, fresh):
    client = as_user("security-admin")
    assert client.post(grant_page(fresh), {**GRANT, "role": "reviewer"}).status_code == 422
    assert client.post(grant_page(fresh), GRANT)["Location"] == person_page(fresh)
    assert held(fresh) == []
    page = client.get(person_page(fresh))
    text = page.content.decode()
    assert "A proposal waits for confirmation" in text
    assert f'href="{proposal_page()}"' in text
    assert "Propose as administrator" not in [str(action["label"]) for action in page.context["actions"]]
    assert as_user("system-admin").get(person_page(fresh)).context["waiting"]
    assert decide(as_user("audit-admin")).status_code == 302
    assert held(fresh) == [("audit_administrator", day(0), None)]
    row = Membership.objects.get(user=fresh)
    assert (row.recorded_by.username, row.reason, Proposal.objects.get().result_id) == ("audit-admin", "轮岗", row.pk)
    assert client.get(person_page(fresh)).context["waiting"] == []


def test_end_waits_on_the_persons_page_until_another_administrator_confirms(as_user):
    client, person = as_user("security-admin"), someone("audit-admin")
    assert client.post(end_page(), END)["Location"] == person_page(person)
    assert held(person)[0][2] is None
    page = client.get(person_page(person))
    assert f'href="{proposal_page()}"' in page.content.decode()
    assert [row["actions"] for row in page.context["memberships"]] == [[]]
    assert decide(as_user("system-admin")).status_code == 302
    assert held(person)[0][2] == day(3)
    row = Membership.objects.get(user=person)
    assert (row.ended_by.username, row.end_reason) == ("system-admin", "轮岗")


@pytest.mark.parametrize(
    ("by", "move", "state"), [("audit-admin", "refuse", "refused"), ("security-admin", "withdraw", "withdrawn")]
)
def test_grant_that_is_not_confirmed_has_no_effect_and_can_be_proposed_again(as_user, fresh, by, move, state):
    client = as_user("security-admin")
    client.post(grant_page(fresh), GRANT)
    assert decide(as_user(by), move, reason="人选不合适").status_code == 302
    assert (held(fresh), Proposal.objects.get().state) == ([], state)
    assert client.post(grant_page(fresh), GRANT).status_code == 302
    assert Proposal.objects.count() == 2


@pytest.mark.parametrize(
    ("by", "move", "state"), [("system-admin", "refuse", "refused"), ("security-admin", "withdraw", "withdrawn")]
)
def test_end_that_is_not_confirmed_has_no_effect(as_user, by, move, state):
    as_user("security-admin").post(end_page(), END)
    assert decide(as_user(by), move, reason="仍需留任").status_code == 302
    assert (held(someone("audit-admin"))[0][2], Proposal.objects.get().state) == (None, state)


def test_who_proposed_does_not_confirm(as_user, fresh):
    client = as_user("security-admin")
    client.post(grant_page(fresh), GRANT)
    assert client.get(proposal_page()).context["moves"] == [
        {"name": "withdraw", "label": "Withdraw the proposal", "primary": False}
    ]
    assert decide(client).status_code == 403
    assert held(fresh) == []


def test_person_concerned_reads_but_does_not_decide(as_user):
    as_user("security-admin").post(end_page(), END)
    concerned = as_user("audit-admin")
    assert concerned.get(proposal_page()).context["moves"] == []
    for move in ("confirm", "refuse", "withdraw"):
        assert decide(concerned, move, reason="不同意").status_code == 403
    assert concerned.get(reverse("proposals")).context["waiting"] == []
    assert held(someone("audit-admin"))[0][2] is None


@pytest.mark.parametrize("account", ["province", "city", "county", "director", "clerk", "auditor", "fresh"])
def test_nobody_else_learns_of_the_proposal(as_user, fresh, account):
    proposed_grant(fresh)
    client = as_user(account)
    assert client.get(proposal_page()).status_code == 404
    assert decide(client).status_code == 404
    assert held(fresh) == []


def test_second_proposal_of_the_same_is_refused_at_its_field(as_user, fresh):
    client = as_user("security-admin")
    for url, form, field in ((grant_page(fresh), GRANT, "role"), (end_page(), END, "when")):
        assert client.post(url, form).status_code == 302
        again = client.post(url, form)
        assert (again.status_code, list(again.context["form"].errors)) == (422, [field])
        assert "has already proposed" in again.content.decode()
    assert Proposal.objects.count() == 2


@pytest.mark.parametrize(
    ("username", "form", "field"),
    [
        ("province", GRANT, "role"),
        ("fresh", {**GRANT, "starts_on": day(-1).isoformat()}, "starts_on"),
        ("fresh", {**GRANT, "starts_on": day(400).isoformat()}, "starts_on"),
        ("fresh", {**GRANT, "starts_on": ""}, "starts_on"),
        ("fresh", {**GRANT, "reason": " "}, "reason"),
    ],
)
def test_wrong_grant_is_refused_at_its_field(as_user, fresh, username, form, field):
    response = as_user("security-admin").post(grant_page(someone(username)), form)
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"last_day": "2020-01-01"}, "last_day"), ({"last_day": ""}, "last_day"), ({"reason": ""}, "reason")],
)
def test_wrong_end_is_refused_at_its_field(as_user, changed, field):
    response = as_user("security-admin").post(end_page(), {**END, **changed})
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert not Proposal.objects.exists()


def switched_off(person):
    User.objects.filter(pk=person.pk).update(is_active=False)


def made_another_administrator(person):
    Membership.objects.create(user=person, role=Role.SYSTEM_ADMINISTRATOR, starts_on=day(0))


def made_the_same_administrator(person):
    Membership.objects.create(user=person, role=Role.AUDIT_ADMINISTRATOR, starts_on=day(-5))


def made_auditor(person):
    Membership.objects.create(user=person, role=Role.AUDITOR, region_id="130000", starts_on=day(0))


def made_reviewer(person):
    Membership.objects.create(user=person, role=Role.REVIEWER, region_id="130102", starts_on=day(0))


@pytest.mark.parametrize(
    ("meanwhile", "said"),
    [
        (switched_off, "The account is switched off"),
        (made_another_administrator, "holds no second administrator role"),
        (made_the_same_administrator, "holds this role here at this time already"),
        (made_auditor, "no business role at the same time"),
        (made_reviewer, "no business role at the same time"),
    ],
)
def test_what_came_between_is_said_at_the_confirmation_and_nothing_is_done(as_user, fresh, meanwhile, said):
    proposed_grant(fresh)
    meanwhile(fresh)
    before, client = held(fresh), as_user("audit-admin")
    assert said in client.get(proposal_page()).content.decode()
    answer = decide(client)
    assert answer.status_code in (409, 422)
    assert said in answer.content.decode()
    assert (held(fresh), Proposal.objects.get().state) == (before, "open")
    assert decide(client, "refuse", reason="情况有变").status_code == 302


def test_end_of_what_has_ended_meanwhile_is_refused(as_user):
    proposed_end(last_day=day(3))
    Membership.objects.filter(user__username="audit-admin").update(ends_on=day(1), ended_at=NOW)
    client = as_user("system-admin")
    assert "ends on" in client.get(proposal_page()).content.decode()
    assert decide(client).status_code == 409
    assert (held(someone("audit-admin"))[0][2], Proposal.objects.get().state) == (day(1), "open")


def test_proposer_who_has_left_does_not_count(as_user, fresh):
    proposed_grant(fresh)
    Membership.objects.filter(user__username="security-admin").update(ends_on=day(-1))
    answer = decide(as_user("audit-admin"))
    assert (answer.status_code, held(fresh)) == (409, [])


def test_later_confirmation_moves_the_day_and_backdates_nothing(as_user, fresh):
    three_days_ago = NOW - timedelta(days=3)
    proposed_grant(fresh, at=three_days_ago, starts_on=day(-3))
    client = as_user("audit-admin")
    assert "the day of the confirmation if that is later" in client.get(proposal_page()).content.decode()
    assert decide(client).status_code == 302
    assert held(fresh) == [("audit_administrator", day(0), None)]


def test_later_confirmation_of_an_end_at_once_ends_at_once(as_user):
    proposed_end(at=NOW - timedelta(days=3), last_day=day(-4))
    assert decide(as_user("system-admin")).status_code == 302
    assert held(someone("audit-admin"))[0][2] == day(-1)


def test_expired_proposal_has_no_effect_and_can_be_made_again(as_user, fresh):
    proposed_grant(fresh, at=NOW - timedelta(days=11))
    client = as_user("security-admin")
    assert client.get(person_page(fresh)).context["waiting"] == []
    assert decide(as_user("audit-admin")).status_code == 409
    assert client.post(grant_page(fresh), GRANT).status_code == 302
    assert held(fresh) == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("en", ("Grant of an administrator's role", "audit administrator", "First day")),
        ("zh-hans", ("授予管理员角色", "审计管理员", "开始日期")),
    ],
)
def test_proposal_reads_in_words(as_user, fresh, code, words):
    proposal = proposed_grant(fresh)
    text = as_user("audit-admin").get(proposal_page(), headers={"accept-language": code}).content.decode()
    for word in (*words, "新人 (fresh)", "轮岗"):
        assert word in text.replace("&#x27;", "'")
    with override(code):
        assert words[1] in proposal.label


def test_end_reads_in_words(as_user):
    proposed_end(last_day=day(2))
    changes = as_user("system-admin").get(proposal_page()).context["changes"]
    assert [(str(each.label), each.changed) for each in changes] == [
        ("Person", False),
        ("Role", False),
        ("First day", False),
        ("Last day", True),
    ]
    assert day(2).isoformat() in changes[-1].new
