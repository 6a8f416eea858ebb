"""The outbox: written with the act, delivered to its readers of that moment, once a key."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone, translation

from pilots.models import Delivery, Institution, Membership, Message, Notice, Operator, Region
from pilots.operations.capacity import correct_report
from pilots.operations.institutions import Entry, close_institution, register_institution
from pilots.operations.notices import (
    choose_delivery,
    deliver_due,
    mark_all_read,
    mark_read,
    notify,
    unread_count,
)
from pilots.operations.people import create_institution_key
from pilots.policies.notices import recipients, visible_messages
from pilots.policies.standing import KeyHolder
from pilots.queries.notices import words
from pilots.states.capacity import ClassGroup, Count
from pilots.states.deliveries import next_digest
from pilots.states.notices import DEFAULT_CHOICES, KINDS, Choice, Readers, Topic
from pilots.states.roles import Role
from portal.accounts.models import User
from tests.pilots.acts import county_officer, report

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
    used = {"institution": "甲园", "number": "TY1", "region": "长安区"}
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
    close_institution(institution_id=institution().pk, closed_on=TODAY, by=county_officer(), at=NOW)
    assert readers_of(Notice.objects.get(kind="institution.closed")) == {colleague.username, "clerk", "director"}
    entry = Entry(county_id="130102", name="新园（测试）", service_model="social", opened_on=date(2021, 1, 1))
    register_institution(entry=entry, filing=None, by=county_officer(), at=NOW)
    notice = Notice.objects.get(kind="institution.registered")
    assert readers_of(notice) == {colleague.username}
    assert "新园（测试）" in words(notice).subject


# --- reading -------------------------------------------------------------------------------------------


def delivered(username="clerk", count=3):
    """That many messages to a person about SJZ-0001, and one to the county unit's officer about each."""
    for number in range(count):
        subject = institution()
        notify(kind="institution.closed", key=f"c{number}", at=NOW, institution=subject, closed_on=TODAY)
    deliver_due(at=NOW)
    return list(visible_messages(someone(username)).order_by("pk"))


def test_count_follows_reading():
    first, *_others = delivered()
    assert unread_count(someone("clerk")) == 3
    assert mark_read(message_id=first.pk, by=someone("clerk"), at=NOW)
    assert not mark_read(message_id=first.pk, by=someone("clerk"), at=NOW)
    assert unread_count(someone("clerk")) == 2
    assert mark_all_read(up_to=_others[0].pk, by=someone("clerk"), at=NOW) == 1
    assert unread_count(someone("clerk")) == 1
    assert unread_count(someone("director")) == 3


def test_nobody_reads_for_another():
    first, *_others = delivered()
    assert not mark_read(message_id=first.pk, by=someone("director"), at=NOW)
    first.refresh_from_db()
    assert first.read_at is None


def test_unread_count_costs_no_query(django_assert_num_queries):
    delivered()
    user = someone("clerk")
    assert unread_count(user) == 3
    user = someone("clerk")
    with django_assert_num_queries(1):  # what the person is today, which every page reads anyway
        assert unread_count(user) == 3
    never = someone("province")
    with django_assert_num_queries(0):
        assert unread_count(never) == 0


def test_ended_membership_hides_old_messages_and_their_count():
    assert len(delivered()) == 3
    assert unread_count(someone("clerk")) == 3
    Membership.objects.filter(user__username="clerk").update(ends_on=TODAY - timedelta(days=1))
    assert unread_count(someone("clerk")) == 0
    assert visible_messages(someone("clerk")).count() == 0
    assert Message.objects.filter(user__username="clerk").count() == 3
    assert mark_all_read(up_to=10**9, by=someone("clerk"), at=NOW) == 0
    Membership.objects.filter(user__username="clerk").update(ends_on=None)
    assert unread_count(someone("clerk")) == 3


def test_who_is_no_person_has_no_messages():
    delivered()
    key, _text = create_institution_key(number="SJZ-0001", label="")
    assert Message.objects.count() == 9
    for principal in (AnonymousUser(), KeyHolder(key)):
        assert not visible_messages(principal).exists()


def test_change_of_role_hides_what_the_new_role_does_not_read():
    notify(kind="api_key.revoked", key="k", at=NOW, institution=institution(), prefix="ab")
    deliver_due(at=NOW)
    assert visible_messages(someone("director")).count() == 1
    Membership.objects.filter(user__username="director").update(role=Role.INSTITUTION_CLERK)
    assert visible_messages(someone("director")).count() == 0
    assert unread_count(someone("director")) == 0


def test_count_is_never_below_zero():
    messages = delivered()
    User.objects.filter(username="clerk").update(unread_messages=1)
    assert mark_all_read(up_to=messages[-1].pk, by=someone("clerk"), at=NOW) == 3
    assert someone("clerk").unread_messages == 0


# --- how it is sent ------------------------------------------------------------------------------------


def with_mail(username, **choices):
    user = someone(username)
    user.email = f"{username}@example.org"
    user.save(update_fields=["email"])
    for topic, choice in choices.items():
        choose_delivery(by=user, choices={Topic(topic): choice}, language=user.language)
    return user


@pytest.mark.parametrize(
    ("choice", "form"), [(Choice.AT_ONCE, "single"), (Choice.DAILY, "daily"), (Choice.WEEKLY, "weekly")]
)
def test_choice_decides_the_e_mail(choice, form):
    user = with_mail("clerk", records=choice)
    delivered()
    deliveries = Delivery.objects.filter(user=user)
    assert {each.form for each in deliveries} == {form}
    assert len(deliveries) == (3 if form == "single" else 1)
    assert {each.state for each in deliveries} == {"waiting"}
    if form != "single":
        assert deliveries[0].next_attempt_at == next_digest(choice, NOW)
        assert deliveries[0].messages.count() == 3


def test_in_the_portal_only_makes_no_e_mail():
    user = with_mail("clerk", records=Choice.IN_APP)
    delivered()
    assert not Delivery.objects.filter(user=user).exists()
    assert visible_messages(user).count() == 3


def test_without_an_address_there_is_no_e_mail():
    delivered()
    assert Delivery.objects.count() == 0


def test_urgent_is_at_once_whatever_was_chosen():
    user = with_mail("system-admin", system=Choice.IN_APP)
    notify(kind="night_run.failed", key="x", at=NOW, day=TODAY, error="x")
    notify(kind="night_run.late", key="y", at=NOW, day=TODAY)
    deliver_due(at=NOW)
    (delivery,) = Delivery.objects.filter(user=user)
    assert [each.notice.kind for each in delivery.messages.all()] == ["night_run.failed"]
    assert not {Topic.SECURITY, Topic.TRAIL} & set(DEFAULT_CHOICES)


def test_digest_that_has_gone_takes_no_more():
    user = with_mail("clerk", records=Choice.DAILY)
    delivered(count=1)
    Delivery.objects.update(state="sent", finished_at=NOW)
    notify(kind="institution.closed", key="late", at=NOW, institution=institution(), closed_on=TODAY)
    deliver_due(at=NOW)
    first, second = Delivery.objects.filter(user=user).order_by("pk")
    assert second.next_attempt_at == first.next_attempt_at + timedelta(days=1)
    assert [each.messages.count() for each in (first, second)] == [1, 1]


@pytest.mark.parametrize(
    ("at", "daily", "weekly"),
    [
        ("2026-05-13T07:59:59", "2026-05-13", "2026-05-18"),
        ("2026-05-13T08:00:00", "2026-05-14", "2026-05-18"),
        ("2026-05-13T23:00:00", "2026-05-14", "2026-05-18"),
        ("2026-05-18T07:00:00", "2026-05-18", "2026-05-18"),
        ("2026-05-18T08:00:00", "2026-05-19", "2026-05-25"),
        ("2026-12-31T09:00:00", "2027-01-01", "2027-01-04"),
    ],
)
def test_digests_go_at_eight_in_shanghai(at, daily, weekly):
    instant = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
    for choice, day in ((Choice.DAILY, daily), (Choice.WEEKLY, weekly)):
        due = next_digest(choice, instant)
        assert due == datetime.fromisoformat(f"{day}T08:00:00").replace(tzinfo=SHANGHAI)
        assert due > instant


def test_officers_of_a_region_read_what_is_for_them():
    words_of = {"year": 2026, "indicator": "pilots_total", "goal": 70, "reason": "调整"}
    for code, told in (("130100", {"city"}), ("130102", {"county"}), ("130000", {"province"})):
        region = Region.objects.get(pk=code)
        assert readers_of(notify(kind="target.changed", key=code, at=NOW, region=region, **words_of)) == told
