"""Messages: read and counted by today's rules, sent as their reader wants."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from pilots.models import Delivery, Institution, Membership, Message
from pilots.operations.notices import (
    choose_delivery,
    deliver_due,
    mark_all_read,
    mark_read,
    notify,
    unread_count,
)
from pilots.operations.people import create_institution_key
from pilots.policies.notices import visible_messages
from pilots.policies.standing import KeyHolder
from pilots.states.deliveries import next_digest
from pilots.states.notices import DEFAULT_CHOICES, Choice, Topic
from pilots.states.roles import Role
from portal.accounts.models import User
from tests.portal.audit.acts import behind_the_back

pytestmark = pytest.mark.django_db

NOW = timezone.now()
TODAY = timezone.localdate()
SHANGHAI = ZoneInfo("Asia/Shanghai")


def someone(username):
    return User.objects.get(username=username)


def institution(number="SJZ-0001"):
    return Institution.objects.get(number=number)


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
    with behind_the_back():  # as if given so from the start
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
