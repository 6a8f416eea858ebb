"""The timelines on pages: there, and no more than the pages themselves tell."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from pilots.models import Document, Institution, Membership, Region
from pilots.operations.accounts import switch_off_account
from pilots.operations.disclosures import disclose
from pilots.operations.documents import withdraw_document
from pilots.operations.second_factor import rule_second_factor
from pilots.states.disclosures import HiddenField, Purpose
from pilots.states.roles import Role
from portal.accounts.models import User
from portal.approvals.two_person import act_of
from tests.pilots.acts import OPERATOR, county_officer, make_key, make_operator_key, operator_member
from tests.pilots.people import invite, someone
from tests.portal.acts import propose

pytestmark = pytest.mark.django_db

PLACES = {"region", "institution", "operator", "department"}


def opened(as_user, role, name, *arguments):
    response = as_user(role).get(reverse(name, args=arguments), {"trail": "on"})
    assert response.status_code == 200
    assert b'id="timeline"' in response.content
    return response.context["timeline"]


def said(events):
    return [(event.what, event.act, event.reason) for event in events]


def whats(events):
    return {event.what for event in events}


def labels(events):
    return {change.label for event in events for change in event.changes}


# --- people ------------------------------------------------------------------------------------------


@pytest.fixture
def clerk():
    """A clerk of SJZ-0001 (长安区), whose account the county unit has in hand."""
    user = invite("county", Role.INSTITUTION_CLERK, "SJZ-0001", username="clerk-2", name="新文员").user
    User.objects.filter(pk=user.pk).update(email="clerk@example.org")
    return user


def test_person_s_page_tells_role_and_account(as_user, clerk):
    as_user("clerk-2")
    switch_off_account(user_id=clerk.pk, reason="离职", by=someone("county"), at=timezone.now())
    events = opened(as_user, "county", "person", clerk.pk)
    assert said(events)[:2] == [
        ("user · changed", "Account switched off", "离职"),
        ("change of an account · added", "Account switched off", "离职"),
    ]
    assert {"membership · added", "user · added", "user · changed"} <= whats(events)
    assert {"e-mail", "active"} <= labels(events)


def test_sign_ins_and_what_means_nothing_to_the_reader_are_left_out(as_user, clerk):
    before = len(opened(as_user, "county", "person", clerk.pk))
    for _again in range(3):
        User.objects.filter(pk=clerk.pk).update(last_login=timezone.now())
    User.objects.filter(pk=clerk.pk).update(language="en")
    assert len(opened(as_user, "county", "person", clerk.pk)) == before
    User.objects.filter(pk=clerk.pk).update(name="改名")
    assert len(opened(as_user, "county", "person", clerk.pk)) == before + 1


def test_roles_of_other_offices_and_their_account_are_not_told(as_user, clerk):
    """Whoever manages a part of the person reads that part's events, and nothing of the account."""
    other = Institution.objects.filter(county="130172").first()
    Membership.objects.create(
        user=clerk, role=Role.INSTITUTION_DIRECTOR, institution=other, starts_on=date(2021, 1, 1), reason="别处的事"
    )
    names = {"county": Institution.objects.get(number="SJZ-0001").name, "county2": other.name}
    for reader, name in names.items():
        response = as_user(reader).get(reverse("person", args=[clerk.pk]))
        (event,) = response.context["timeline"]
        assert (event.what, event.subject) == ("membership · added", f"新文员 · {name}")
        text = response.content.decode()
        assert (reader == "county2") == ("别处的事" in text)
        assert "clerk@example.org" not in text


def test_who_keeps_accounts_reads_roles_without_places(as_user, clerk):
    name = Institution.objects.get(number="SJZ-0001").name
    assert any(name in event.subject for event in opened(as_user, "county", "person", clerk.pk))
    events = opened(as_user, "system-admin", "person", clerk.pk)
    assert {"membership · added", "user · added"} <= whats(events)
    assert not PLACES & labels(events)
    assert not any(name in event.subject for event in events)


# --- institutions ------------------------------------------------------------------------------------


def test_keys_people_and_disclosures_are_for_who_manages_them_and_for_auditors(as_user, clerk):
    make_key("SJZ-0001", addresses=("203.0.113.0/24",))
    institution = Institution.objects.get(number="SJZ-0001")
    disclose(
        institution_id=institution.pk,
        field=HiddenField.CONTACT_PHONE,
        purpose=Purpose.SUPERVISION,
        reason="现场检查",
        by=someone("city"),
        at=timezone.now(),
    )
    special = {
        "API key · added",
        "institution's API key · added",
        "membership · added",
        "disclosure · added",
    }
    seen = {role: whats(opened(as_user, role, "institution", "SJZ-0001")) & special for role in READERS}
    assert seen == {
        "county": special - {"disclosure · added"},
        "city": set(),
        "clerk": set(),
        "auditor": special,
    }


READERS = ("county", "city", "clerk", "auditor")


def test_withdrawn_document_and_its_withdrawal_are_for_who_may_withdraw(as_user):
    institution = Institution.objects.get(number="SJZ-0001")
    document = Document.objects.create(
        institution=institution,
        kind="licence",
        name="x.pdf",
        size=1,
        sha256="a",
        file_key="a-x",
        media_type="application/pdf",
    )
    assert "document · added" in whats(opened(as_user, "city", "institution", "SJZ-0001"))
    withdraw_document(document_id=document.pk, reason="传错", by=county_officer(), at=timezone.now())
    newest = opened(as_user, "county", "institution", "SJZ-0001")[0]
    assert said([newest]) == [("withdrawal of a document · added", "Document withdrawn", "传错")]
    told = whats(opened(as_user, "city", "institution", "SJZ-0001"))
    assert not {"document · added", "withdrawal of a document · added"} & told


# --- targets, proposals ------------------------------------------------------------------------------


def test_target_and_proposal_tell_of_refusal_and_confirmation(as_user):
    refused = propose("city", goal=71)
    act_of(refused).refuse(proposal_id=refused.pk, by=someone("province"), at=timezone.now(), reason="依据不足")
    confirmed = propose("city", goal=72)
    act_of(confirmed).confirm(proposal_id=confirmed.pk, by=someone("province"), at=timezone.now())
    events = opened(as_user, "auditor", "target", "130100", "pilots_total", 2021)
    assert ("proposal · changed", "Proposal refused", "依据不足") in said(events)
    assert ("target · added", "Target changed", "省里追加任务") in said(events)
    assert "arguments" not in labels(events)
    own = opened(as_user, "city", "proposal", refused.pk)
    assert said(own) == [
        ("proposal · changed", "Proposal refused", "依据不足"),
        ("proposal · added", "Proposal made", "省里追加任务"),
    ]


def test_proposal_s_timeline_stays_when_its_form_is_refused(as_user):
    proposal = propose("city", goal=71)
    response = as_user("province").post(reverse("proposal", args=[proposal.pk]), {"move": "refuse", "reason": ""})
    assert response.status_code == 422
    assert len(response.context["timeline"]) == 1


# --- keys, regions -----------------------------------------------------------------------------------


def test_keys_pages_tell_of_their_own_keys(as_user):
    make_key("SJZ-0001")
    make_operator_key()
    director = operator_member()
    events = opened(as_user, director.username, "operator_keys", director.memberships.get().operator_id)
    assert whats(events) == {"API key · added", "institution's API key · added"}
    assert OPERATOR in events[0].subject
    assert len(events) == 2
    assert len(opened(as_user, "county", "institution_keys", "SJZ-0001")) == 2


def test_region_tells_of_its_facts_and_its_office_of_the_rule(as_user):
    assert "region fact · added" in whats(opened(as_user, "county", "region", "130102"))
    assert opened(as_user, "city", "office_sign_in", "130100") == []
    rule_second_factor(code="130100", officials=True, institutions=False, by=someone("city"), at=timezone.now())
    (event,) = opened(as_user, "city", "office_sign_in", "130100")
    assert event.act == "Rule for the second factor changed"
    assert "second factor rule · added" not in whats(opened(as_user, "city", "region", "130100"))


# --- the way on --------------------------------------------------------------------------------------


def test_auditors_go_on_to_the_trail_and_others_do_not(as_user):
    make_key("SJZ-0001")
    proposal = propose("city", goal=71)
    pages = [
        ("institution", "SJZ-0001"),
        ("target", "130100", "pilots_total", 2021),
        ("proposal", proposal.pk),
        ("region", "130100"),
    ]
    for name, *arguments in pages:
        response = as_user("auditor").get(reverse(name, args=arguments), {"trail": "on"})
        onward = as_user("auditor").get(response.context["timeline_url"])
        assert onward.context["page_obj"].paginator.count >= len(response.context["timeline"]) > 0, name
        assert as_user("city").get(reverse(name, args=arguments), {"trail": "on"}).context["timeline_url"] == "", name


def test_search_by_record(as_user, clerk):
    proposal, region = propose("city", goal=71), Region.objects.get(pk="130100")

    def found(role="auditor", **query):
        query = {"first": "2000-01-01", **query}
        rows = as_user(role).get(reverse("trail"), query).context["rows"]
        return {row.what.partition(" · ")[0] for row in rows}

    assert found(record="clerk-2") == {"user", "membership", "change of an account"}
    assert found(record="新文员", table="pilots_membershipevent") == {"membership"}
    assert found(record=str(proposal.pk), table="approvals_proposalevent") == {"proposal"}
    assert found(record="130100/pilots_total/2021") == {"proposal"}
    assert "region" in found(record=region.code)
    assert found(record=region.code, table="pilots_regionevent") == {"region"}
    assert found(record="no such record") == set()
    assert found(record="9" * 40, table="approvals_proposalevent") == set()
    assert found(record="x", table="pilots_institutionkeyevent") == set()
