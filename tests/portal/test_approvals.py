"""Propose, confirm, refuse, withdraw, expire: the mechanism, on the change of a target."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, InternalError, transaction
from django.utils.translation import override

from pilots.models import Membership, Target
from pilots.operations.targets import change_target, set_target
from portal.accounts.models import User
from portal.approvals.matters import ADOPTED, Matter, Subject, two_person_acts
from portal.approvals.models import Proposal
from portal.approvals.policies import decidable_proposals, open_moves, visible_proposals
from portal.approvals.refusals import AlreadyDecided, AlreadyProposed, ProposerNotEntitled, ReasonRequired, SamePerson
from portal.approvals.states import State
from portal.approvals.two_person import two_person
from portal.shared.refusals import DomainError, NotPermitted
from tests.portal.acts import CITY, LATER, NOW, propose, standing, user

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]


def confirm(proposal, by="province", at=NOW):
    return change_target.confirm(proposal_id=proposal.pk, by=user(by), at=at)


def test_nothing_happens_until_another_person_confirms():
    before = Target.objects.count()
    proposal = propose(goal=70)
    assert (proposal.state, Target.objects.count(), standing().goal) == ("open", before, 67)

    done = confirm(proposal)

    line = standing()
    assert (line.goal, line.reason, line.recorded_by) == (70, "省里追加任务", user("province"))
    assert Target.objects.count() == before + 1
    stored = Proposal.objects.get(pk=proposal.pk)
    assert (stored.state, stored.decided_by, stored.decided_at) == ("confirmed", user("province"), NOW)
    assert stored.result_id == line.pk == done.result_id


def test_within_one_office_two_persons_do():
    proposal = propose("province", goal=71)
    with pytest.raises(SamePerson) as refusal:
        confirm(proposal, "province")
    assert refusal.value.status == 403
    assert standing().goal == 67
    confirm(proposal, "province2")
    assert standing().goal == 71


@pytest.mark.parametrize("name", ["city", "county", "county2", "reviewer", "department", "assessor", "clerk"])
def test_who_may_not_decide_is_refused(name):
    proposal = propose("province")
    for act in (
        lambda: confirm(proposal, name),
        lambda: change_target.refuse(proposal_id=proposal.pk, by=user(name), at=NOW, reason="x"),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert Proposal.objects.get(pk=proposal.pk).state == State.OPEN
    assert standing().goal == 67


@pytest.mark.parametrize("name", ["county", "reviewer", "auditor", "clerk", "director", "assessor", "system-admin"])
def test_who_may_not_propose_is_refused(name):
    with pytest.raises(NotPermitted):
        propose(name, region="130102")
    assert not Proposal.objects.exists()


def test_reason_is_needed():
    for reason in ("", "  "):
        with pytest.raises(ReasonRequired) as refusal:
            propose(reason=reason)
        assert refusal.value.field == "reason"
    proposal = propose()
    with pytest.raises(ReasonRequired):
        change_target.refuse(proposal_id=proposal.pk, by=user("province"), at=NOW, reason=" ")
    assert Proposal.objects.get().state == State.OPEN


def test_refusal_and_withdrawal_change_nothing_but_the_proposal():
    first = propose()
    refused = change_target.refuse(proposal_id=first.pk, by=user("province2"), at=NOW, reason="依据不足")
    assert (refused.state, refused.decided_by, refused.decision_reason) == ("refused", user("province2"), "依据不足")
    second = propose()
    with pytest.raises(NotPermitted):
        change_target.withdraw(proposal_id=second.pk, by=user("province"), at=NOW)
    withdrawn = change_target.withdraw(proposal_id=second.pk, by=user("city"), at=NOW)
    assert (withdrawn.state, withdrawn.decided_by) == ("withdrawn", user("city"))
    assert standing().goal == 67


@pytest.mark.parametrize("end", ["confirm", "refuse", "withdraw"])
def test_ended_proposal_is_not_decided_again(end):
    proposal = propose()
    decide = {
        "confirm": lambda: confirm(proposal),
        "refuse": lambda: change_target.refuse(proposal_id=proposal.pk, by=user("province"), at=NOW, reason="不"),
        "withdraw": lambda: change_target.withdraw(proposal_id=proposal.pk, by=user("city"), at=NOW),
    }
    decide[end]()
    lines = Target.objects.count()
    for act in decide.values():
        with pytest.raises(AlreadyDecided) as refusal:
            act()
        assert refusal.value.status == 409
        assert str(Proposal.objects.get().decided_by) in str(refusal.value)
    assert Target.objects.count() == lines


def test_expiry_is_a_matter_of_time_alone():
    proposal = propose()
    last = LATER - timedelta(microseconds=1)
    assert (proposal.expires_at, proposal.state_at(last), proposal.state_at(LATER)) == (LATER, "open", "expired")
    for decide in (
        lambda: confirm(proposal, at=LATER),
        lambda: change_target.refuse(proposal_id=proposal.pk, by=user("province"), at=LATER, reason="x"),
        lambda: change_target.withdraw(proposal_id=proposal.pk, by=user("city"), at=LATER),
    ):
        with pytest.raises(AlreadyDecided, match=r"expired|逾期"):
            decide()
    assert Proposal.objects.get().state == State.OPEN
    assert list(Proposal.objects.open_at(last)) == [proposal] == list(Proposal.objects.ended_at(LATER))
    assert not Proposal.objects.open_at(LATER).exists()
    assert not Proposal.objects.ended_at(last).exists()
    confirm(proposal, at=last)
    assert standing().goal == 70


def test_one_open_proposal_for_one_subject_and_expired_ones_are_not_in_the_way():
    first = propose(goal=70)
    with pytest.raises(AlreadyProposed) as refusal:
        propose("province", goal=72)
    assert str(user("city")) in str(refusal.value)
    propose("province", goal=10, region="130102")
    second = propose("province", goal=72, at=LATER)
    first.refresh_from_db()
    assert (first.state, first.decided_by, first.decided_at) == ("expired", None, LATER)
    assert second.state == State.OPEN
    confirm(second, "province2", at=LATER)
    assert standing().goal == 72


def test_act_that_refuses_leaves_the_proposal_open_and_says_why():
    proposal = propose(goal=70)
    set_city_goal(80)
    with pytest.raises(DomainError) as refusal:
        confirm(proposal)
    assert refusal.value.code == "target_changed_meanwhile"
    assert "80" in str(refusal.value)
    assert Proposal.objects.get().state == State.OPEN
    assert standing().goal == 80


def set_city_goal(goal):
    line = standing()
    return set_target(
        region_id=CITY,
        indicator="pilots_total",
        year=2021,
        baseline_value=line.baseline_value,
        baseline_on=line.baseline_on,
        goal=goal,
        by=None,
        at=NOW,
    )


def test_both_must_be_entitled_on_the_day_of_the_decision():
    proposal = propose()
    Membership.objects.filter(user__username="city").update(ends_on=NOW.date() - timedelta(days=2))
    with pytest.raises(ProposerNotEntitled):
        confirm(proposal)
    assert standing().goal == 67
    Membership.objects.filter(user__username="city").update(ends_on=None)
    User.objects.filter(username="city").update(is_active=False)
    with pytest.raises(ProposerNotEntitled):
        confirm(proposal)
    User.objects.filter(username="city").update(is_active=True)
    Membership.objects.filter(user__username="province").update(ends_on=NOW.date() - timedelta(days=2))
    with pytest.raises(NotPermitted):
        confirm(proposal)
    assert standing().goal == 67
    confirm(proposal, "province2")
    assert standing().goal == 70


def test_proposal_of_another_act_is_not_found():
    proposal = propose()
    with pytest.raises(Proposal.DoesNotExist):
        ADOPTED["designation.revoked"].confirm(proposal_id=proposal.pk, by=user("province"), at=NOW)


# --- what is written down ---


def test_arguments_are_plain_values_and_come_back_as_they_were():
    proposal = propose(goal=70)
    written = Proposal.objects.get(pk=proposal.pk).arguments
    assert written["baseline_on"] == "2021-01-01"
    assert (written["goal"], written["region_id"]) == (70, CITY)
    read = change_target.shape.read(written)
    assert read["baseline_on"] == standing().baseline_on
    assert change_target.shape.write(read) == written


@pytest.mark.parametrize(
    "wrong",
    [
        {"goal": "70"},
        {"goal": True},
        {"baseline_on": "2021-01-01"},
        {"baseline_on": NOW},
        {"goal": None},
        {"region_id": 130100},
        {"surprise": 1},
    ],
)
def test_arguments_of_another_shape_are_a_bug(wrong):
    with pytest.raises(TypeError):
        propose(**wrong)
    assert not Proposal.objects.exists()


def test_missing_argument_is_a_bug():
    with pytest.raises(TypeError, match="missing"):
        change_target.propose(by=user("city"), at=NOW, reason="x", region_id=CITY)


def test_operation_that_cannot_be_written_down_is_not_adopted():
    def positional(goal: int, *, by: User) -> None: ...

    def anonymous(*, goal: int) -> None: ...

    def with_object(*, target: Target, by: User) -> None: ...

    def with_choice(*, goal: int | str, by: User) -> None: ...

    for operation in (positional, anonymous, with_object, with_choice):
        with pytest.raises(TypeError):
            two_person(
                "never.adopted",
                operation,
                change_target.matter,
                may_propose=change_target.may_propose,
                may_confirm=change_target.may_confirm,
            )
    assert "never.adopted" not in ADOPTED


def test_label_reads_in_both_languages():
    proposal = propose()
    with override("en"):
        assert proposal.label == "Shijiazhuang City, 2021: Pilots"
    with override("zh-hans"):
        assert proposal.label == "石家庄市2021年：试点机构"
    with override("fr"):
        assert proposal.label == proposal.labels[settings.LANGUAGE_CODE]


class Plain(Matter):
    name = "plain"
    proposers = confirmers = "nobody"

    def subject(self, arguments):
        return Subject("x", "x", "", "")

    def visible(self, user):
        raise NotImplementedError


def test_matter_needs_no_more_than_words_subject_and_sight():
    matter = Plain()
    assert (matter.changes({}), matter.link(Proposal()), matter.check({}, NOW)) == ([], "", None)


# --- who sees, who may what ---

SEES = {"province", "province2", "city", "county", "reviewer", "department", "auditor"}
DECIDES = {"province", "province2", "city"}


EVERYONE = ("province", "province2", "city", "county", "county2", "reviewer", "department", "assessor")
EVERYONE += ("clerk", "director", "auditor", "system-admin", "security-admin", "audit-admin")


@pytest.mark.parametrize("name", EVERYONE)
def test_matrix_of_moves(name):
    mine = propose("city", goal=10, region="130102")
    assert visible_proposals(user(name)).contains(mine) == (name in SEES)
    assert decidable_proposals(user(name), NOW).contains(mine) == (name in DECIDES - {"city"})
    wanted = ["withdraw"] if name == "city" else ["confirm", "refuse"] if name in DECIDES else []
    assert open_moves(user(name), mine, NOW) == wanted
    assert open_moves(user(name), mine, LATER) == []


def test_city_decides_on_its_counties_but_not_on_itself():
    county = propose("province", goal=10, region="130102")
    own = propose("province", goal=70)
    assert list(decidable_proposals(user("city"), NOW)) == [county]
    assert set(decidable_proposals(user("province2"), NOW)) == {county, own}


def test_strangers_and_software_see_nothing(key):
    propose()
    for nobody in (AnonymousUser(), None):
        assert not visible_proposals(nobody).exists()
        assert not decidable_proposals(nobody, NOW).exists()


def test_acts_that_need_two_people():
    assert [each.act for each in two_person_acts()] == sorted(ADOPTED)
    assert {"target.changed", "designation.revoked"} <= set(ADOPTED)


def test_doors_never_call_an_adopted_operation_themselves():
    adopted = {each.operation.__name__ for each in two_person_acts()}
    assert "set_target" in adopted
    doors = [path for app in ("pilots", "ratings", "portal") for path in (ROOT / app).rglob("*.py")]
    doors = [path for path in doors if {"web", "api", "tasks", "management"} & {*path.parts, path.stem}]
    assert len(doors) > 20
    for path in doors:
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        assert not names & adopted, path


# --- what the database holds ---


def columns(**changes):
    proposal = propose()
    row = {field.attname: getattr(proposal, field.attname) for field in Proposal._meta.fields if field.name != "id"}
    change_target.withdraw(proposal_id=proposal.pk, by=user("city"), at=NOW)
    return {**row, **changes}


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("proposal_has_reason", {"reason": ""}),
        ("proposal_expires_later", {"expires_at": NOW}),
        ("proposal_decision_fits_state", {"state": "confirmed"}),
        ("proposal_decision_fits_state", {"decided_at": NOW}),
        ("proposal_decision_fits_state", {"state": "nonsense"}),
        ("proposal_decided_by_another", {"state": "confirmed", "decided_by": "city", "decided_at": NOW}),
        (
            "proposal_decided_by_another",
            {"state": "refused", "decided_by": "city", "decided_at": NOW, "decision_reason": "x"},
        ),
        ("proposal_withdrawn_by_its_author", {"state": "withdrawn", "decided_by": "province", "decided_at": NOW}),
        ("proposal_refusal_has_reason", {"state": "refused", "decided_by": "province", "decided_at": NOW}),
        ("proposal_result_of_confirmation", {"result_id": 1}),
    ],
)
def test_database_refuses(constraint, changes):
    row = columns()
    decider = changes.pop("decided_by", None)
    if decider:
        row["decided_by_id"] = user(decider).pk
    Proposal.objects.create(**row | {"state": "expired", "decided_by_id": None, "decided_at": NOW})
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Proposal.objects.create(**row | changes)


def test_database_holds_one_open_proposal_a_subject():
    row = columns()
    Proposal.objects.create(**row)
    with pytest.raises(IntegrityError, match="proposal_one_open"), transaction.atomic():
        Proposal.objects.create(**row)


def test_database_keeps_what_was_proposed_and_decided():
    proposal = propose()
    rows = Proposal.objects.filter(pk=proposal.pk)
    for change in ({"arguments": {}}, {"reason": "y"}, {"place": ""}, {"expires_at": LATER + timedelta(days=1)}):
        with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
            rows.update(**change)
    confirm(proposal)
    for change in ({"state": "open"}, {"decision_reason": "z"}, {"decided_by": user("province2")}):
        with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
        rows.delete()


def context(row):
    """Who and why, of a row's latest event in the trail."""
    return type(row).pgh_event_model.objects.filter(pgh_obj=row.pk).latest("pgh_id").pgh_context


def test_trail_notes_the_act_and_both_people():
    proposal = propose()
    confirm(proposal)
    both = {
        "decision": "proposal.confirmed",
        "proposal": proposal.pk,
        "proposer": user("city").pk,
        "confirmer": user("province").pk,
        "user": user("province").pk,
    }
    assert context(standing()) == {"act": "target.changed", "reason": "省里追加任务", **both}
    assert context(proposal) == {"act": "proposal.confirmed", **both}


def test_facts_of_a_decision_end_with_it():
    confirm(propose())
    line = set_city_goal(75)
    assert context(line) == {"act": "target.changed"}
