"""A designation is revoked by two officers of the office that decides on it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from pilots.models import Designation, Institution, RegisterRow
from pilots.operations.designations import propose_revocation, revoke_designation
from pilots.operations.facts import Basis, designate, end_designation, void_designation
from pilots.operations.institutions import close_institution
from pilots.operations.refusals import (
    DesignationChangedMeanwhile,
    Implausible,
    InstitutionClosed,
    ReasonMissing,
)
from pilots.queries.designations import later_designations, standing_designation
from pilots.states.facts import PilotLevel, PilotType
from portal.approvals.models import Proposal
from portal.approvals.policies import decidable_proposals, visible_proposals
from portal.shared.refusals import NotPermitted
from tests.pilots.acts import county_officer, figure
from tests.portal.acts import NOW, user

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@pytest.fixture
def pilot(db):
    """A city pilot of 长安区 (130102), SJZ-0001."""
    return standing_designation(Institution.objects.get(number="SJZ-0001").pk, TODAY)


@pytest.fixture
def provincial(db):
    """A provincial pilot of 石家庄市."""
    return Designation.objects.filter(level=PilotLevel.PROVINCIAL, institution__county__parent="130100").first()


def propose(line, by="city", **more):
    values = {"effective_on": TODAY, "document_number": "石卫函〔2026〕8号", "reason": "多次超托位收托", "at": NOW}
    return propose_revocation.propose(
        institution_id=line.institution_id, designation_id=line.pk, by=user(by), **{**values, **more}
    )


def confirm(proposal, by="province"):
    return propose_revocation.confirm(proposal_id=proposal.pk, by=user(by), at=NOW)


def test_pilot_is_none_any_more_from_the_day_on(pilot):
    pilots = figure("pilots_total", TODAY)
    proposal = propose(pilot)
    assert standing_designation(pilot.institution_id, TODAY) == pilot
    confirm(proposal)
    assert standing_designation(pilot.institution_id, TODAY) is None
    assert standing_designation(pilot.institution_id, TODAY - timedelta(days=1)) == pilot
    assert figure("pilots_total", TODAY) == pilots - 1
    line = Designation.objects.get(pk=Proposal.objects.get().result_id)
    assert (line.act, line.document_number, line.reason, line.recorded_by) == (
        "end",
        "石卫函〔2026〕8号",
        "多次超托位收托",
        user("province"),
    )


def test_what_stands_is_what_the_register_says(pilot):
    end_designation(institution_id=pilot.institution_id, effective_on=TODAY, basis=Basis(reason="期满"))
    for day in (date(2020, 1, 1), date(2021, 11, 1), TODAY):
        rows = RegisterRow.objects.on(day).values_list("pk", "pilot_level")
        found = {pk: standing_designation(pk, day) for pk, _level in rows[:60]}
        assert {pk: line.level if line else None for pk, line in found.items()} == dict(list(rows)[:60])


@pytest.mark.parametrize(("name", "may"), [("province", True), ("province2", True), ("county", False)])
def test_city_pilot_is_decided_by_city_or_province(pilot, name, may):
    proposal = propose(pilot)
    assert decidable_proposals(user(name), NOW).contains(proposal) == may
    if may:
        assert confirm(proposal, name).state == "confirmed"
    else:
        with pytest.raises(NotPermitted):
            confirm(proposal, name)


def test_city_confirms_what_the_province_proposes_for_its_own_pilots_only(pilot, provincial):
    assert confirm(propose(pilot, "province"), "city").state == "confirmed"
    proposal = propose(provincial, "province")
    assert visible_proposals(user("city")).contains(proposal)
    with pytest.raises(NotPermitted):
        confirm(proposal, "city")
    with pytest.raises(NotPermitted):
        direct(provincial, by=user("city"))
    assert confirm(proposal, "province2").state == "confirmed"


def direct(line, **more):
    values = {"effective_on": TODAY, "document_number": "x", "reason": "x", "by": user("province"), "at": NOW}
    return revoke_designation(institution_id=line.institution_id, designation_id=line.pk, **{**values, **more})


@pytest.mark.parametrize("name", ["county", "county2", "reviewer", "auditor", "director", "clerk", "assessor"])
def test_others_neither_propose_nor_revoke(pilot, name):
    with pytest.raises(NotPermitted):
        propose(pilot, name)
    with pytest.raises(NotPermitted):
        direct(pilot, by=user(name))
    assert standing_designation(pilot.institution_id, TODAY) == pilot


def test_institution_does_not_see_the_draft(pilot):
    proposal = propose(pilot)
    seen = {
        name: visible_proposals(user(name)).contains(proposal) for name in ("county", "director", "clerk", "county2")
    }
    assert seen == {"county": True, "director": False, "clerk": False, "county2": False}


@pytest.mark.parametrize(
    ("wrong", "refusal", "field"),
    [
        ({"document_number": " "}, Implausible, "document_number"),
        ({"effective_on": TODAY + timedelta(days=367)}, Implausible, "effective_on"),
        ({"effective_on": date(2019, 1, 1)}, Implausible, "effective_on"),
    ],
)
def test_implausible_revocations_are_refused_at_their_field(pilot, wrong, refusal, field):
    for act in (lambda: propose(pilot, **wrong), lambda: direct(pilot, **wrong)):
        with pytest.raises(refusal) as found:
            act()
        assert found.value.field == field
    with pytest.raises(ReasonMissing):
        direct(pilot, reason=" ")
    assert not Proposal.objects.exists()


def test_designation_does_not_end_on_its_first_day(pilot):
    with pytest.raises(Implausible):
        propose(pilot, effective_on=pilot.effective_on)
    propose(pilot, effective_on=pilot.effective_on + timedelta(days=1))


def test_designation_that_changed_meanwhile_stays(pilot):
    proposal = propose(pilot)
    designate(
        institution_id=pilot.institution_id,
        level=PilotLevel.PROVINCIAL,
        pilot_type=PilotType.COMMUNITY,
        effective_on=TODAY - timedelta(days=1),
        basis=Basis(),
    )
    with pytest.raises(DesignationChangedMeanwhile):
        confirm(proposal)
    assert Proposal.objects.get().state == "open"
    assert standing_designation(pilot.institution_id, TODAY).level == PilotLevel.PROVINCIAL


def test_line_that_follows_later_is_said(pilot):
    later = designate(
        institution_id=pilot.institution_id,
        level=PilotLevel.PROVINCIAL,
        pilot_type=PilotType.COMMUNITY,
        effective_on=TODAY + timedelta(days=30),
        basis=Basis(),
    )
    assert list(later_designations(pilot.institution_id, TODAY)) == [later]
    with pytest.raises(DesignationChangedMeanwhile, match=str(later.effective_on)):
        propose(pilot)
    void_designation(designation_id=later.pk, basis=Basis(reason="误录"))
    assert not later_designations(pilot.institution_id, TODAY).exists()
    propose(pilot)


def test_closed_institution_keeps_its_ledger(pilot):
    proposal = propose(pilot)
    close_institution(institution_id=pilot.institution_id, closed_on=TODAY, reason="停办", by=county_officer(), at=NOW)
    with pytest.raises(InstitutionClosed):
        confirm(proposal)
    assert Proposal.objects.get().state == "open"


def test_changes_read_as_before_and_after(pilot):
    arguments = propose_revocation.shape.read(propose(pilot).arguments)
    changes = propose_revocation.matter.changes(arguments)
    assert [change.changed for change in changes] == [True, True, True]
    assert changes[1].old == pilot.effective_on.isoformat()
    assert changes[1].new == TODAY.isoformat()
