"""Acts on files, numbers, keys, proposals, administrators and what the system keeps, really done by an account."""

from django.urls import reverse
from django.utils import timezone

from pilots.models import Delivery, Institution, Membership
from pilots.operations.administration import administration_grant
from pilots.operations.deliveries import retry_delivery
from pilots.operations.designations import propose_revocation
from pilots.operations.disclosures import disclose
from pilots.operations.documents import DocumentEntry, add_document, withdraw_document
from pilots.operations.institutions import close_institution
from pilots.operations.keys import revoke_key, rotate_key
from pilots.operations.second_factor import rule_second_factor
from pilots.operations.targets import change_target
from pilots.policies.disclosures import visible_disclosures
from pilots.policies.documents import visible_documents
from pilots.policies.notices import watched_mail
from pilots.queries.designations import standing_designation
from pilots.states.acts import State
from pilots.states.disclosures import HiddenField, Purpose
from pilots.states.documents import DocumentKind
from pilots.states.roles import Role
from portal.accounts.models import User
from portal.approvals.two_person import act_of
from tests.conftest import browser_of
from tests.files import pdf
from tests.pilots.acts import make_key
from tests.pilots.people import day, settle, someone
from tests.portal.acts import NOW
from tests.portal.acts import propose as propose_target

NUMBER, COUNTY, PHONE = "SJZ-0001", "130102", "13800138000"
YESTERDAY = day(-1)
OFFICE_OF = {"province": "130000", "city": "130100"}
"""Whose people an account's office rules; of everyone else 长安区 is tried."""


def institution():
    return Institution.objects.get(number=NUMBER)


def put_on_file(by):
    entry = DocumentEntry(DocumentKind.OTHER, pdf(), "资料.pdf")
    return add_document(institution_id=institution().pk, entry=entry, by=by, at=NOW).document


def document_added(by, state):
    if state == State.CLOSED:
        close_institution(
            institution_id=institution().pk, closed_on=YESTERDAY, reason="停办", by=someone("county"), at=NOW
        )
    return put_on_file(by)


def document_read(by, _state):
    return visible_documents(by).filter(pk=put_on_file(someone("county")).pk).exists()


def document_withdrawn(by, _state):
    return withdraw_document(document_id=put_on_file(someone("county")).pk, reason="传错了", by=by, at=NOW)


def _phone():
    Institution.objects.filter(number=NUMBER).update(contact_phone=PHONE)


def number_read(by, _state):
    _phone()
    page = browser_of(by.username).get(reverse("institution", args=[NUMBER]), {"as_of": "2021-11-01"}, follow=True)
    return PHONE in page.content.decode()


def number_disclosed(by, _state):
    _phone()
    asked = {"field": HiddenField.CONTACT_PHONE, "purpose": Purpose.FILING, "reason": "核对备案信息"}
    return disclose(institution_id=institution().pk, by=by, at=timezone.now(), **asked).value == PHONE


def disclosures_read(by, _state):
    assert number_disclosed(someone("county"), State.ALWAYS)
    return visible_disclosures(by).exists()


def key_created(by, _state):
    return make_key(by=by)


def key_rotated(by, _state):
    return rotate_key(key_id=make_key().grant.pk, days=30, overlap_days=7, by=by, at=timezone.now())


def key_revoked(by, _state):
    return revoke_key(key_id=make_key().grant.pk, reason="停用软件", by=by, at=timezone.now())


def target_proposed(by, _state):
    return propose_target(by.username, region=COUNTY, goal=20)


def target_changed(by, _state):
    return change_target.confirm(proposal_id=target_proposed(someone("province2"), _state).pk, by=by, at=NOW)


def designation_proposed(by, _state):
    line = standing_designation(institution().pk, day(0))
    values = {"effective_on": day(0), "document_number": "石卫函〔2026〕8号", "reason": "多次超托位收托", "at": NOW}
    return propose_revocation.propose(institution_id=line.institution_id, designation_id=line.pk, by=by, **values)


def designation_revoked(by, _state):
    proposal = designation_proposed(someone("province2"), _state)
    return propose_revocation.confirm(proposal_id=proposal.pk, by=by, at=NOW)


def administration_proposed(by, _state):
    person = settle(User.objects.create(username="fresh", name="新人"))
    asked = {"role": Role.AUDIT_ADMINISTRATOR, "starts_on": day(0), "reason": "任命"}
    return administration_grant.propose(user_id=person.pk, by=by, at=NOW, **asked)


def administration_granted(by, _state):
    """Proposed by another security administrator, so that every administrator is another person."""
    other = User.objects.create(username="other", name="另一名")
    Membership.objects.create(user=other, role=Role.SECURITY_ADMINISTRATOR, starts_on=day(0))
    proposal = administration_proposed(other, _state)
    return administration_grant.confirm(proposal_id=proposal.pk, by=by, at=NOW)


def proposal_decided(by, state):
    """A target's for officers and their colleagues, a grant for administrators."""
    if not by.username.endswith("-admin"):
        proposal = target_proposed(someone("province2"), state)
    else:
        proposer = User.objects.create(username="other", name="另一名")
        Membership.objects.create(user=proposer, role=Role.SECURITY_ADMINISTRATOR, starts_on=day(0))
        proposal = administration_proposed(proposer, state)
    return _decided_before(proposal, state) and act_of(proposal).refuse(
        proposal_id=proposal.pk, by=by, at=NOW, reason="不宜"
    )


def proposal_withdrawn(by, state):
    proposes = administration_proposed if by.username.endswith("-admin") else target_proposed
    proposal = proposes(by, state)
    return _decided_before(proposal, state) and act_of(proposal).withdraw(proposal_id=proposal.pk, by=by, at=NOW)


def _decided_before(proposal, state):
    if state == State.DECIDED:
        act_of(proposal).withdraw(proposal_id=proposal.pk, by=proposal.proposed_by, at=NOW)
    return True


def second_factor_ruled(by, _state):
    code = OFFICE_OF.get(by.username, COUNTY)
    return rule_second_factor(code=code, officials=True, institutions=False, by=by, at=NOW)


def _given_up():
    values = {"key": "k", "form": "single", "next_attempt_at": NOW, "state": "dead", "finished_at": NOW}
    return Delivery.objects.create(user=someone("clerk"), **values)


def mail_read(by, _state):
    return watched_mail(by).filter(pk=_given_up().pk).exists()


def mail_retried(by, _state):
    return retry_delivery(delivery_id=_given_up().pk, by=by, at=NOW)


def _page(name):
    def act(by, _state):
        return browser_of(by.username).get(reverse(name)).status_code == 200

    return act


DOING = {
    "document.added": document_added,
    "document.read": document_read,
    "document.withdrawn": document_withdrawn,
    "number.read": number_read,
    "number.disclosed": number_disclosed,
    "disclosures.read": disclosures_read,
    "key.created": key_created,
    "key.rotated": key_rotated,
    "key.revoked": key_revoked,
    "target.proposed": target_proposed,
    "target.changed": target_changed,
    "designation.proposed": designation_proposed,
    "designation.revoked": designation_revoked,
    "administration.proposed": administration_proposed,
    "administration.granted": administration_granted,
    "proposal.decided": proposal_decided,
    "proposal.withdrawn": proposal_withdrawn,
    "second_factor.ruled": second_factor_ruled,
    "mail.read": mail_read,
    "mail.retried": mail_retried,
    "trail.read": _page("trail"),
    "trail.exported": _page("trail_export"),
    "seals.read": _page("seals"),
}
