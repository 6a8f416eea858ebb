"""Each act tells those whom it concerns, exactly once, and nobody else; in both languages."""

from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from pilots.models import Institution, Membership, Message, Notice, Target
from pilots.operations.accounts import reset_password, restore_account
from pilots.operations.administration import administration_grant, grant_administration
from pilots.operations.designations import propose_revocation
from pilots.operations.keys import revoke_key, rotate_key, tell_expiring_keys
from pilots.operations.memberships import change_membership, end_membership
from pilots.operations.notices import deliver_due, notify, unread_count
from pilots.operations.targets import change_target
from pilots.operations.trail_notices import tell_of_findings, tell_of_lateness, tell_of_seals
from pilots.policies.proposals import deciders
from pilots.queries.designations import standing_designation
from pilots.queries.notices import messages_of, words
from pilots.states.roles import Role
from pilots.tasks.keys import tell_expiring
from pilots.tasks.trail import tell_auditors
from portal.accounts.models import User
from portal.approvals.refusals import ReasonRequired
from portal.audit.models import Seal, SealMail, Verification
from tests.pilots.acts import OPERATOR, make_key, make_operator_key, operator_member
from tests.pilots.people import day, give, invite, post, settle, someone
from tests.portal.acts import CITY, propose

pytestmark = pytest.mark.django_db

NOW = timezone.now()
LATER = NOW + timedelta(days=400)


def told(kind):
    """Who has messages of a kind, one entry for each."""
    deliver_due(at=LATER)
    found = Message.objects.filter(notice__kind=kind).order_by("user__username", "pk")
    return list(found.values_list("user__username", flat=True))


def said(kind, language):
    with translation.override(language):
        return words(Notice.objects.filter(kind=kind).latest("pk"))


# --- keys --------------------------------------------------------------------------------------------


def test_new_key_is_told_to_its_directors_and_county_unit():
    made = make_key(by=someone("county"), at=NOW, token="t" * 43)
    assert make_key(by=someone("county"), at=NOW, token="t" * 43).created is False
    assert told("api_key.created") == ["director"]
    name = Institution.objects.get(number="SJZ-0001").name
    assert said("api_key.created", "en").subject == f"New API key for {name} (SJZ-0001)"
    assert made.grant.key.prefix in said("api_key.created", "zh-hans").body
    assert "New" not in said("api_key.created", "zh-hans").subject


def test_key_made_at_the_server_is_told_to_all_of_them():
    make_key()
    assert told("api_key.created") == ["county", "director"]


def test_successor_of_a_key_is_told_as_a_new_key():
    first = make_key(by=someone("director")).grant
    rotate_key(key_id=first.pk, days=365, overlap_days=7, by=someone("director"), at=NOW)
    assert told("api_key.created") == ["county", "county"]
    assert told("api_key.revoked") == []


def test_revoked_key_is_told_once():
    grant = make_key(at=NOW).grant
    for _ in range(2):
        revoke_key(key_id=grant.pk, reason="泄露", by=someone("director"), at=NOW)
    assert told("api_key.revoked") == ["county"]
    assert "不再有效" in said("api_key.revoked", "zh-hans").body


def test_key_of_an_operator_is_told_to_the_operators_directors_alone():
    operator_member()
    operator_member(Role.INSTITUTION_CLERK)
    grant = make_operator_key(at=NOW).grant
    revoke_key(key_id=grant.pk, reason="泄露", by=None, at=NOW)
    assert told("api_key.created") == ["brand", "chain-institution_director"]
    assert told("api_key.revoked") == ["brand", "chain-institution_director"]
    assert said("api_key.revoked", "en").subject == f"API key revoked: {OPERATOR}"


def test_message_about_an_operator_goes_with_the_membership(as_user):
    director = operator_member()
    make_operator_key()
    assert told("api_key.created") == ["brand", director.username]
    director = someone(director.username)
    assert unread_count(director) == 1
    page = as_user(director.username).get("/desk/").context["rows"]
    assert [row["subject_url"] for row in page] == [f"/operators/{Notice.objects.get().operator_id}/keys/"]
    Membership.objects.filter(user=director).update(ends_on=day(-1))
    director = someone(director.username)
    assert messages_of(director).count() == unread_count(director) == 0


@pytest.mark.parametrize(("left", "steps"), [(31, []), (30, [30]), (8, [30]), (7, [7]), (1, [7]), (0, [])])
def test_key_that_expires_is_told_at_the_step_that_is_due(left, steps):
    grant = make_key(at=NOW - timedelta(days=365 - left)).grant
    for _ in range(2):
        tell_expiring_keys(at=NOW)
    keys = Notice.objects.filter(kind="api_key.expiring").values_list("key", flat=True)
    assert list(keys) == [f"api_key.expiring:{grant.key.prefix}:{step}" for step in steps]
    assert told("api_key.expiring") == ["county", "director"] * len(steps)


def test_key_is_told_twice_over_its_last_month_be_the_clock_asked_daily():
    make_key(at=NOW - timedelta(days=300))
    for ahead in range(70):
        tell_expiring_keys(at=NOW + timedelta(days=ahead))
    assert told("api_key.expiring") == ["county", "county", "director", "director"]
    assert said("api_key.expiring", "en").body.endswith("renew it.")


def test_key_that_was_rotated_revoked_or_is_short_lived_is_not_told():
    rotated, revoked = (make_key(at=NOW - timedelta(days=360)).grant for _ in range(2))
    rotate_key(key_id=rotated.pk, days=365, overlap_days=3, by=None, at=NOW)
    revoke_key(key_id=revoked.pk, reason="换", by=None, at=NOW)
    make_key(at=NOW, days=5)
    tell_expiring_keys(at=NOW)
    assert told("api_key.expiring") == []
    made = make_key(at=NOW - timedelta(days=19), days=20).grant
    tell_expiring()
    assert Notice.objects.get(kind="api_key.expiring").key == f"api_key.expiring:{made.key.prefix}:7"


# --- roles -------------------------------------------------------------------------------------------


def test_new_role_is_told_to_its_person():
    invited = invite("county", Role.REVIEWER, "130102")
    assert told("membership.given") == ["new"]
    notice = Notice.objects.get()
    assert notice.key == f"membership.given:{invited.membership.pk}"
    assert said("membership.given", "en").subject == "You have a new role: reviewer"
    assert "长安区" in said("membership.given", "zh-hans").body


def test_role_that_begins_later_is_told_at_once_and_names_its_place():
    give("county", someone("clerk"), Role.INSTITUTION_DIRECTOR, "SJZ-0002", starts_on=day(30))
    assert told("membership.given") == ["clerk"]
    assert Institution.objects.get(number="SJZ-0002").name in said("membership.given", "en").body


def test_end_is_told_once_a_day_named():
    held = give("county", someone("clerk"), Role.INSTITUTION_CLERK, "SJZ-0002")
    for last in (day(9), day(3)):
        end_membership(membership_id=held.pk, last_day=last, reason="离职", by=someone("county"), at=NOW)
    assert told("membership.ended") == ["clerk", "clerk"]
    assert day(3).isoformat() in said("membership.ended", "zh-hans").body


def test_change_is_told_as_an_end_and_a_beginning():
    held = give("county", someone("clerk"), Role.INSTITUTION_CLERK, "SJZ-0002")
    Notice.objects.all().delete()
    changed = post(Role.INSTITUTION_DIRECTOR, "SJZ-0002", starts_on=day(1))
    change_membership(membership_id=held.pk, post=changed, reason="升任", by=someone("county"), at=NOW)
    assert (told("membership.ended"), told("membership.given")) == (["clerk"], ["clerk"])


def test_administrators_role_holds_for_the_whole_portal():
    user = settle(User.objects.create(username="fresh", name="新人"))
    terms = {"role": Role.AUDIT_ADMINISTRATOR, "starts_on": day(0), "reason": "任命"}
    grant_administration(user_id=user.pk, by=someone("security-admin"), at=NOW, **terms)
    assert told("membership.given") == ["fresh"]
    assert "(the whole portal)" in said("membership.given", "en").body
    assert "portal" not in said("membership.given", "zh-hans").body


# --- accounts ----------------------------------------------------------------------------------------


def test_reset_password_is_told_to_the_owner_and_names_who_did_it():
    reset_password(user_id=someone("clerk").pk, reason="忘记", by=someone("county"), at=NOW)
    assert told("account.password_reset") == ["clerk"]
    assert someone("county").name in said("account.password_reset", "en").body


def test_password_reset_at_the_server_names_no_person():
    restore_account(username="clerk", reason="忘记", at=NOW)
    assert told("account.password_reset") == ["clerk"]
    assert "by the administrator of the server" in said("account.password_reset", "en").body
    assert "server" not in said("account.password_reset", "zh-hans").body


# --- proposals and targets -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "region", "waits_for"),
    [
        ("city", CITY, ["province", "province2"]),
        ("province", CITY, ["province2"]),
        ("province", "130102", ["city", "province2"]),
        ("city", "130102", ["province", "province2"]),
    ],
)
def test_proposal_waits_for_those_who_may_decide(by, region, waits_for):
    proposal = propose(by, region=region, goal=71)
    assert told("proposal.waiting") == waits_for
    assert sorted(user.username for user in deciders(proposal, NOW)) == waits_for
    assert said("proposal.waiting", "en").subject.startswith("Waits for your decision: Change of a target: ")
    assert said("proposal.waiting", "zh-hans").subject.count("Change") == 0


def test_who_left_the_deciding_office_is_not_told_and_reads_nothing_any_more():
    propose("city", goal=71)
    assert told("proposal.waiting") == ["province", "province2"]
    Membership.objects.filter(user__username="province2").update(ends_on=day(-1))
    assert not messages_of(someone("province2")).exists()
    assert messages_of(someone("province")).exists()
    Message.objects.all().delete()
    change_target.refuse(proposal_id=proposal_pk(), by=someone("province"), at=NOW, reason="不")
    propose("city", goal=72)
    assert told("proposal.waiting") == ["province"]


def proposal_pk():
    return Notice.objects.filter(kind="proposal.waiting").latest("pk").key.split(":")[1]


@pytest.mark.parametrize(("decide", "word"), [("confirm", "confirmed"), ("refuse", "refused")])
def test_decision_is_told_to_who_proposed(decide, word):
    proposal = propose("city", goal=71)
    more = {"reason": "不"} if decide == "refuse" else {}
    getattr(change_target, decide)(proposal_id=proposal.pk, by=someone("province"), at=NOW, **more)
    assert told("proposal.decided") == ["city"]
    assert f"Outcome: {word}" in said("proposal.decided", "en").body
    assert someone("province").name in said("proposal.decided", "zh-hans").body
    assert word not in said("proposal.decided", "zh-hans").body


def test_withdrawal_and_expiry_are_no_decision():
    change_target.withdraw(proposal_id=propose("city", goal=71).pk, by=someone("city"), at=NOW)
    propose("city", goal=71, at=NOW - timedelta(days=11))
    propose("city", goal=72)
    assert told("proposal.decided") == []


def test_refused_decision_tells_nobody():
    proposal = propose("city", goal=71)
    with pytest.raises(ReasonRequired):
        change_target.refuse(proposal_id=proposal.pk, by=someone("province"), at=NOW, reason=" ")
    assert told("proposal.decided") == []


def propose_administrator():
    user = settle(User.objects.create(username="fresh", name="新人"))
    terms = {"role": Role.AUDIT_ADMINISTRATOR, "starts_on": day(0), "reason": "任命"}
    return administration_grant.propose(user_id=user.pk, by=someone("security-admin"), at=NOW, **terms)


def test_proposals_on_administrators_are_read_while_an_administrator():
    proposal = propose_administrator()
    assert told("administration.waiting") == ["audit-admin", "system-admin"]
    administration_grant.confirm(proposal_id=proposal.pk, by=someone("audit-admin"), at=NOW)
    assert told("administration.decided") == ["security-admin"]
    assert (told("proposal.waiting"), told("proposal.decided")) == ([], [])
    for username in ("audit-admin", "security-admin"):
        about = messages_of(someone(username)).filter(notice__kind__startswith="administration.")
        assert about.count() == 1
        Membership.objects.filter(user__username=username).update(ends_on=day(-1))
        assert not messages_of(someone(username)).filter(notice__kind__startswith="administration.").exists()
        assert about.model.objects.filter(user__username=username).exists()


def test_revocation_waits_for_the_office_that_designated():
    institution = Institution.objects.get(number="SJZ-0001")
    line = standing_designation(institution.pk, day(0))
    propose_revocation.propose(
        institution_id=institution.pk,
        designation_id=line.pk,
        effective_on=day(0),
        document_number="石卫〔2026〕1号",
        reason="检查不合格",
        by=someone("province"),
        at=NOW,
    )
    assert set(told("proposal.waiting")) <= {"city", "province2"}
    assert "province2" in told("proposal.waiting")
    assert institution.name in said("proposal.waiting", "en").subject


def test_changed_target_is_told_to_the_officers_of_its_region():
    proposal = propose("province", region="130102", goal=9)
    assert told("target.changed") == []
    change_target.confirm(proposal_id=proposal.pk, by=someone("city"), at=NOW)
    assert told("target.changed") == ["county"]
    assert Notice.objects.get(kind="target.changed").key == f"target.changed:{Target.objects.latest('pk').pk}"
    assert "(Pilots): 9" in said("target.changed", "en").body
    assert "pilots_total" not in said("target.changed", "zh-hans").body


# --- the trail ---------------------------------------------------------------------------------------


def seal(on):
    return Seal.objects.create(day=on, events=3, root=b"r", previous=b"p", digest=b"\xab\xcd", sealed_at=NOW)


def verification(findings=1):
    return Verification.objects.create(
        verified_at=NOW, events=3, findings=findings, first_finding="pilots_x 1: changed" if findings else ""
    )


def test_seal_is_told_once_to_auditors():
    seal(date(2026, 1, 2))
    tell_auditors()
    tell_of_seals(at=NOW)
    assert told("trail.sealed") == ["audit-admin", "auditor"]
    assert said("trail.sealed", "en").body == (
        "3 events of 2026-01-02 are sealed. Digest: abcd. Please keep this message."
    )
    seal(date(2026, 1, 3))
    tell_of_seals(at=NOW + timedelta(days=8))  # nobody asked for a week
    assert len(told("trail.sealed")) == 2


def test_broken_trail_is_told_once_a_day():
    verification(findings=0)
    tell_of_findings(at=NOW)
    assert told("trail.broken") == []
    verification()
    verification()
    tell_of_findings(at=NOW)
    tell_auditors()
    assert told("trail.broken") == ["audit-admin", "auditor", "security-admin"]
    assert "pilots_x 1: changed" in said("trail.broken", "zh-hans").body


def morning(hour, minute=0):
    return timezone.localtime().replace(hour=hour, minute=minute, second=0, microsecond=0)


def test_night_that_sealed_nothing_is_told_once_in_the_morning():
    yesterday = timezone.localdate() - timedelta(days=1)
    seal(yesterday - timedelta(days=1))
    assert tell_of_lateness(at=morning(5, 59)) is False
    assert tell_of_lateness(at=morning(6)) is True
    assert tell_of_lateness(at=morning(7)) is True
    assert told("trail.late") == ["audit-admin", "auditor"]
    assert f"the trail of {yesterday} was not sealed" in said("trail.late", "en").body
    assert str(yesterday) in said("trail.late", "zh-hans").subject


def test_night_that_verified_or_mailed_nothing_is_told(settings):
    at = morning(6)
    assert tell_of_lateness(at=at) is False  # no day is over
    made = seal(timezone.localdate() - timedelta(days=1))
    assert tell_of_lateness(at=at) is True
    Verification.objects.create(verified_at=at, events=3, findings=0)
    assert tell_of_lateness(at=at) is False
    settings.AUDIT_SEAL_RECIPIENTS = ["audit@example.org"]
    assert tell_of_lateness(at=at) is True
    SealMail.objects.create(seal=made, recipient="audit@example.org")
    assert tell_of_lateness(at=at) is False


# --- texts in each language ----------------------------------------------------------------------------


def test_text_by_language_falls_back_to_the_portals_language():
    named = {"what": {"zh-hans": "目标"}, "decider": "甲", "outcome": "confirmed"}
    notify(kind="proposal.decided", key="x", at=NOW, user=someone("city"), **named)
    assert said("proposal.decided", "en").subject == "Decided: 目标"
    assert said("proposal.decided", "zh-hans").subject.endswith("目标")
