"""The outbox: written with the act, delivered to its readers of that moment, once a key."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone, translation

from pilots.models import Institution, Membership, Message, Notice, Operator, Region
from pilots.operations.capacity import correct_report
from pilots.operations.institutions import Entry, close_institution, register_institution
from pilots.operations.notices import (
    deliver_due,
    notify,
)
from pilots.policies.notices import recipients
from pilots.queries.notices import words
from pilots.states.capacity import ClassGroup, Count
from pilots.states.notice_kinds import KINDS
from pilots.states.notices import Readers
from pilots.states.roles import Role
from portal.accounts.models import User
from tests.pilots.acts import county_officer, report
from tests.portal.audit.acts import behind_the_back

pytestmark = pytest.mark.django_db

NOW = timezone.now()
TODAY = timezone.localdate()
SHANGHAI = ZoneInfo("Asia/Shanghai")


def someone(username):
    return User.objects.get(username=username)


def institution(number="SJZ-0001"):
    return Institution.objects.get(number=number)


def closing(number="SJZ-0001", **more):
    """A notice to the institution and its county unit."""
    subject = institution(number)
    return notify(
        kind="institution.closed", key=f"closed:{number}", at=NOW, institution=subject, closed_on=TODAY, **more
    )


def readers_of(notice):
    deliver_due(at=NOW)
    return set(Message.objects.filter(notice=notice).values_list("user__username", flat=True))


def officer(username="second", region="130102", **more):
    user = User.objects.create(username=username, name=username, **more)
    Membership.objects.create(user=user, role=Role.COUNTY_OFFICER, region_id=region, starts_on=date(2020, 1, 1))
    return user


# --- writing -----------------------------------------------------------------------------------------


def test_same_key_is_one_notice():
    first = closing()
    second = closing()
    assert first == second
    assert Notice.objects.filter(key=first.key).count() == 1
    deliver_due(at=NOW)
    closing()
    deliver_due(at=NOW)
    assert Message.objects.filter(notice=first).count() == 3


def test_notice_goes_with_its_act():
    with transaction.atomic():
        closing()
        assert Notice.objects.count() == 1
        transaction.set_rollback(True)
    assert Notice.objects.count() == 0


def test_notice_with_other_parameters_is_refused():
    with pytest.raises(ValueError, match="closed_on"):
        notify(kind="institution.closed", key="x", at=NOW, institution=institution())
    with pytest.raises(ValueError, match="mood"):
        notify(kind="institution.closed", key="x", at=NOW, institution=institution(), closed_on=TODAY, mood="glad")
    with pytest.raises(KeyError):
        notify(kind="institution.sold", key="x", at=NOW)
    assert Notice.objects.count() == 0


def test_notice_of_later_waits():
    later = NOW + timedelta(hours=1)
    notice = notify(kind="night_run.late", key="x", at=later, day=TODAY)
    assert deliver_due(at=NOW) == 0
    assert deliver_due(at=later) == 1
    notice.refresh_from_db()
    assert notice.delivered_at == later


# --- readers -----------------------------------------------------------------------------------------


def test_readers_are_the_institution_and_its_county_unit():
    assert readers_of(closing()) == {"county", "clerk", "director"}


def test_readers_of_an_institution_elsewhere_are_others():
    assert readers_of(closing("SJZ-0045")) == set()
    other = Institution.objects.filter(county="130172").first()
    assert readers_of(closing(other.number)) == {"county2"}


def test_who_caused_it_is_not_told():
    assert readers_of(closing(by=county_officer())) == {"clerk", "director"}


def test_who_is_addressed_is_told_even_of_an_own_act():
    user = someone("county")
    notice = notify(kind="account.password_changed", key="x", at=NOW, user=user, by=user, instant=NOW)
    assert readers_of(notice) == {"county"}


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "told"),
    [
        (TODAY, None, True),
        (TODAY, TODAY, True),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1), False),
        (TODAY + timedelta(days=1), None, False),
    ],
)
def test_membership_counts_on_its_days(starts_on, ends_on, told):
    user = officer()
    with behind_the_back():  # as if given so from the start
        Membership.objects.filter(user=user).update(starts_on=starts_on, ends_on=ends_on)
    assert (user.username in readers_of(closing())) is told


def test_switched_off_account_is_not_told():
    user = officer()
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert user.username not in readers_of(closing())


def test_people_of_the_operator_are_told():
    operator = Operator.objects.create(name="测试举办者")
    Institution.objects.filter(number="SJZ-0002").update(operator=operator)
    for username, role in (("chain", Role.INSTITUTION_DIRECTOR), ("chain-clerk", Role.INSTITUTION_CLERK)):
        user = User.objects.create(username=username, name=username)
        Membership.objects.create(user=user, role=role, operator=operator, starts_on=date(2020, 1, 1))
    assert readers_of(closing("SJZ-0002")) == {"county", "chain", "chain-clerk"}
    made = notify(
        kind="api_key.created", key="k", at=NOW, institution=institution("SJZ-0002"), prefix="ab", expires_on=TODAY
    )
    assert readers_of(made) == {"county", "chain"}


def test_keys_are_for_directors_and_the_county_unit():
    notice = notify(kind="api_key.revoked", key="k", at=NOW, institution=institution(), prefix="ab")
    assert readers_of(notice) == {"county", "director"}


@pytest.mark.parametrize(
    ("kind", "parameters", "told"),
    [
        ("night_run.late", {"day": TODAY}, {"system-admin"}),
        ("trail.sealed", {"day": TODAY, "events": 3, "digest": "ab"}, {"auditor", "audit-admin"}),
        ("trail.late", {"day": TODAY}, {"auditor", "audit-admin"}),
        ("trail.broken", {"day": TODAY, "finding": "x"}, {"auditor", "audit-admin", "security-admin"}),
    ],
)
def test_administrators_and_auditors_each_have_their_own(kind, parameters, told):
    assert readers_of(notify(kind=kind, key="x", at=NOW, **parameters)) == told


def test_notice_of_a_kind_that_is_gone_has_no_reader():
    notice = closing()
    Notice.objects.filter(pk=notice.pk).update(kind="institution.sold")
    assert readers_of(notice) == set()
    notice.refresh_from_db()
    assert notice.delivered_at == NOW


def test_person_addressed_who_may_not_see_the_subject_is_not_told():
    """A kind that names a person and an institution: the person has to see the institution."""
    notice = notify(
        kind="proposal.decided",
        key="x",
        at=NOW,
        user=someone("county2"),
        institution=institution(),
        what="a",
        decider="b",
        outcome="c",
    )
    assert recipients(notice) == []
    Notice.objects.filter(pk=notice.pk).update(user=someone("county"))
    notice.refresh_from_db()
    assert recipients(notice) == [someone("county")]


def test_every_kind_has_readers_and_says_its_parameters_in_both_languages():
    used = {"institution": "甲园", "number": "TY1", "owner": "甲园 (TY1)", "region": "长安区"}
    for kind in KINDS.values():
        assert kind.readers
        values = used | dict.fromkeys(kind.parameters, "〔值〕")
        texts = {}
        for language in ("en", "zh-hans"):
            with translation.override(language):
                texts[language] = kind.texts(values)
        assert texts["en"] != texts["zh-hans"], kind.code
        for said in texts.values():
            assert "%(" not in "".join(said)
            assert not {"kind", "key", "at", "institution", "region", "user", "by"} & kind.parameters, kind.code
            for name in kind.parameters:
                assert f"%({name})s" in str(kind.subject) + str(kind.body), (kind.code, name)
    assert {readers for kind in KINDS.values() for readers in kind.readers} == set(Readers)


def test_role_is_shown_in_the_reader_s_language():
    notice = notify(
        kind="membership.given",
        key="x",
        at=NOW,
        user=someone("county"),
        role=Role.COUNTY_OFFICER,
        place="长安区",
        starts_on=date(2026, 1, 2),
    )
    with translation.override("en"):
        assert words(notice).subject == "You have a new role: county officer"
    with translation.override("zh-hans"):
        assert "2026-01-02" in words(notice).body
        assert "county officer" not in words(notice).body


def test_old_notice_without_a_parameter_of_today_is_still_readable():
    notice = closing()
    Notice.objects.filter(pk=notice.pk).update(parameters={})
    notice.refresh_from_db()
    with translation.override("en"):
        assert "is closed from — on." in words(notice).body
    role = KINDS["membership.given"].texts({"role": "emperor", "place": "x", "starts_on": "y"})
    assert "emperor" in role[0]


# --- acts that tell of themselves ----------------------------------------------------------------------


def test_correction_by_the_county_unit_is_told_to_the_institution():
    wrong = report("SJZ-0001", TODAY, 50, 20, by=someone("clerk")).report
    done = correct_report(
        report_id=wrong.pk, classes={ClassGroup.MIXED: Count(45, 21)}, reason="现场核对", by=county_officer(), at=NOW
    )
    notice = Notice.objects.get()
    assert (notice.kind, notice.key) == ("report.corrected", f"report.corrected:{done.report.pk}")
    assert readers_of(notice) == {"clerk", "director"}
    with translation.override("en"):
        assert "45 places and 21 children instead of 50 and 20. Reason: 现场核对" in words(notice).body


def test_correction_by_the_institution_itself_tells_nobody():
    wrong = report("SJZ-0001", TODAY, 50, 20).report
    correct_report(
        report_id=wrong.pk, classes={ClassGroup.MIXED: Count(45, 21)}, reason="x", by=someone("clerk"), at=NOW
    )
    assert Notice.objects.count() == 0


def test_closing_and_registering_tell_the_others():
    colleague = officer()
    close_institution(institution_id=institution().pk, closed_on=TODAY, reason="停办", by=county_officer(), at=NOW)
    assert readers_of(Notice.objects.get(kind="institution.closed")) == {colleague.username, "clerk", "director"}
    entry = Entry(county_id="130102", name="新园（测试）", service_model="social", opened_on=date(2021, 1, 1))
    register_institution(entry=entry, filing=None, by=county_officer(), at=NOW)
    notice = Notice.objects.get(kind="institution.registered")
    assert readers_of(notice) == {colleague.username}
    assert "新园（测试）" in words(notice).subject


def test_officers_of_a_region_read_what_is_for_them():
    words_of = {"year": 2026, "indicator": "pilots_total", "goal": 70, "reason": "调整"}
    for code, told in (("130100", {"city"}), ("130102", {"county"}), ("130000", {"province", "province2"})):
        region = Region.objects.get(pk=code)
        assert readers_of(notify(kind="target.changed", key=code, at=NOW, region=region, **words_of)) == told
