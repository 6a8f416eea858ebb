"""E-mails through a real mail server on loopback: sent, refused, tried again, given up; never what may not be seen."""

import io
from datetime import date, timedelta

import pytest
from django.core.management import call_command

from pilots.models import Delivery, Institution, Membership, Message, Notice
from pilots.operations.notices import choose_delivery, deliver_due
from pilots.states.deliveries import DELAYS, LEASE, MOST_ATTEMPTS, State, delay_after
from pilots.states.notices import Choice, Topic
from portal.accounts.models import User
from tests.pilots.operations.mail_acts import NOW, TODAY, closing, reader, subject, tried

pytestmark = pytest.mark.django_db


def test_e_mail_says_what_happened_and_leads_back(server):
    reader(language="en")
    closing()
    assert tried(0) == {"sent": 1}
    (mail,) = server.received
    delivery = Delivery.objects.get()
    message = Message.objects.get(user__username="clerk")
    name = message.notice.institution.name
    assert mail["To"] == "clerk@example.org"
    assert mail["From"] == "portal@portal.example"
    assert subject(mail) == f"Closed: {name} · Childcare Pilot Portal"
    assert mail["Message-ID"] == f"<{delivery.message_id}@portal.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_body(("plain",)).get_content()
    assert f"{name} (SJZ-0001) is closed from {TODAY} on." in text
    assert f"https://portal.example/desk/messages/{message.pk}/" in text
    html = mail.get_body(("html",)).get_content()
    assert f'href="https://portal.example/desk/messages/{message.pk}/"' in html
    assert "style=" not in html
    assert (delivery.state, delivery.attempts, delivery.address) == ("sent", 1, "clerk@example.org")


def test_e_mail_is_in_the_reader_s_language(server):
    reader()
    reader("director", language="en")
    closing()
    tried(0)
    subjects = {mail["To"]: subject(mail) for mail in server.received}
    assert subjects["director@example.org"].startswith("Closed: ")
    assert subjects["clerk@example.org"].startswith("机构已停办：")


def test_nothing_is_sent_twice(server):
    reader()
    closing()
    closing()
    assert [tried(minute) for minute in range(3)] == [{"sent": 1}, {}, {}]
    assert len(server.received) == 1


def test_name_with_line_breaks_and_markup_is_harmless(server):
    user = reader()
    User.objects.filter(pk=user.pk).update(name="<b>甲</b>\r\nBcc: x@example.org")
    Institution.objects.filter(number="SJZ-0001").update(name="园\r\nBcc: all@example.org <script>" + "长" * 150)
    closing()
    assert tried(0) == {"sent": 1}
    (mail,) = server.received
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]
    assert "<script>" not in mail.get_body(("html",)).get_content()
    assert "<script>" in mail.get_body(("plain",)).get_content()


def test_daily_digest_lists_what_is_unread(server):
    user = reader(choice=Choice.DAILY, language="en")
    for key in "abc":
        closing(key)
    read = Message.objects.filter(user=user).first()
    Message.objects.filter(pk=read.pk).update(read_at=NOW)
    assert tried(0) == {}
    assert tried(24 * 60) == {"sent": 1}
    (mail,) = server.received
    assert subject(mail) == "daily digest: 2 new messages · Childcare Pilot Portal"
    links = mail.get_body(("plain",)).get_content()
    unread = Message.objects.filter(user=user, read_at__isnull=True)
    assert all(f"/desk/messages/{each.pk}/" in links for each in unread)
    assert f"/desk/messages/{read.pk}/" not in links


def test_digest_with_nothing_left_is_not_sent(server):
    user = reader(choice=Choice.DAILY)
    closing()
    choose_delivery(by=user, choices={Topic.RECORDS: Choice.IN_APP}, language="en")
    assert tried(24 * 60) == {"dropped": 1}
    assert server.received == []
    assert Delivery.objects.get().state == State.DROPPED


@pytest.mark.parametrize("choice", [Choice.AT_ONCE, Choice.DAILY])
def test_e_mail_holds_nothing_that_its_reader_may_no_longer_see(server, choice):
    user = reader(choice=choice)
    closing()
    assert Message.objects.filter(user=user, delivery__isnull=False).count() == 1
    Membership.objects.filter(user=user).update(ends_on=TODAY - timedelta(days=1))
    assert tried(24 * 60) == {"dropped": 1}
    assert server.received == []


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}])
def test_account_that_ended_gets_no_e_mail(server, change):
    user = reader()
    closing()
    User.objects.filter(pk=user.pk).update(**change)
    assert tried(0) == {"dropped": 1}
    assert server.received == []


# --- failures ----------------------------------------------------------------------------------------


def test_refused_recipient_is_a_bounce_and_the_others_are_sent(server):
    reader()
    reader("director")
    server.behaviour.refused["clerk@example.org"] = b"550 5.1.1 no such user"
    closing()
    assert tried(0) == {"bounced": 1, "sent": 1}
    assert server.recipients == ["director@example.org"]
    bounced = Delivery.objects.get(user__username="clerk")
    assert (bounced.state, bounced.last_error) == ("bounced", "550 5.1.1 no such user")
    assert tried(60 * 24) == {}


def test_refused_content_is_a_bounce(server):
    reader()
    server.behaviour.data = b"554 5.7.1 no"
    closing()
    assert tried(0) == {"bounced": 1}
    assert Delivery.objects.get().last_error == "554 5.7.1 no"


def test_temporary_refusal_waits_and_the_others_are_sent(server):
    reader()
    reader("director")
    server.behaviour.refused["clerk@example.org"] = b"451 4.7.1 greylisted"
    closing()
    assert tried(0) == {"failed": 1, "sent": 1}
    server.behaviour.refused.clear()
    assert tried(0) == {}
    assert tried(1) == {"sent": 1}
    assert sorted(server.recipients) == ["clerk@example.org", "director@example.org"]


def test_each_try_waits_longer_and_the_last_gives_up(server):
    reader()
    server.behaviour.rcpt = b"450 later"
    closing()
    minutes = 0
    for attempt in range(1, MOST_ATTEMPTS):
        assert tried(minutes) == {"failed": 1}
        waits = Delivery.objects.get()
        assert (waits.attempts, waits.state) == (attempt, "waiting")
        assert waits.next_attempt_at == NOW + timedelta(minutes=minutes) + DELAYS[attempt - 1]
        assert tried(minutes + DELAYS[attempt - 1].total_seconds() / 60 - 0.01) == {}
        minutes += DELAYS[attempt - 1].total_seconds() / 60
    assert tried(minutes) == {"dead": 1}
    assert tried(minutes + 10_000) == {}
    assert sorted(DELAYS) == list(DELAYS)
    assert delay_after(99) == DELAYS[-1]


@pytest.mark.parametrize(
    "fault",
    [
        {"greeting": b"554 no service"},
        {"hang_up_at": b"RCPT"},
        {"hang_up_at": b"EHLO"},
        {"hang_up_at": b"DATA"},
    ],
)
def test_server_that_fails_altogether_is_left_alone_until_the_next_minute(server, fault):
    reader()
    reader("director")
    for name, value in fault.items():
        setattr(server.behaviour, name, value)
    closing()
    assert tried(0) == {"failed": 1}
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 1]
    server.behaviour.hang_up_at, server.behaviour.greeting = b"", b"220 back"
    assert tried(1) == {"sent": 2}


def test_server_that_does_not_answer_is_given_up_in_time(server, settings):
    reader()
    settings.EMAIL_TIMEOUT = 0.3
    server.behaviour.stall_at_data = 2
    closing()
    assert tried(0) == {"failed": 1}
    assert "timed out" in Delivery.objects.get().last_error


def test_server_that_is_not_there(server, settings):
    reader()
    settings.EMAIL_PORT = 1
    closing()
    assert tried(0) == {"failed": 1}
    assert "refused" in Delivery.objects.get().last_error


def test_address_that_cannot_be_written_is_given_up(server):
    user = reader()
    User.objects.filter(pk=user.pk).update(email="clerk\n@example.org")
    closing()
    assert tried(0) == {"dead": 1}
    assert server.received == []


def test_sender_that_dies_each_time_ends(server):
    reader()
    closing()
    Delivery.objects.update(attempts=MOST_ATTEMPTS)
    assert tried(0) == {"dead": 1}
    assert Delivery.objects.get().last_error


def test_claimed_e_mail_is_nobody_else_s_for_a_while(server):
    reader()
    closing()
    Delivery.objects.update(attempts=1, next_attempt_at=NOW + LEASE)
    assert tried(LEASE.total_seconds() / 60 - 0.01) == {}
    assert tried(LEASE.total_seconds() / 60) == {"sent": 1}


def test_undelivered_e_mail_is_told_to_system_administrators_once_a_day(server):
    reader()
    reader("director")
    server.behaviour.rcpt = b"550 no"
    closing()
    assert tried(0) == {"bounced": 2}
    notice = Notice.objects.get(kind="mail.undelivered")
    deliver_due(at=NOW)
    assert list(Message.objects.filter(notice=notice).values_list("user__username", flat=True)) == ["system-admin"]


def test_command_sends_what_is_due(server):
    reader()
    closing()
    out = io.StringIO()
    call_command("send_messages", stdout=out)
    assert out.getvalue() == "sent 1\n"
    out = io.StringIO()
    call_command("send_messages", stdout=out)
    assert out.getvalue() == "Nothing was due.\n"


def test_first_day_of_a_membership_is_enough(server):
    user = reader("province")
    Membership.objects.create(
        user=user,
        role="institution_clerk",
        institution=Institution.objects.get(number="SJZ-0001"),
        starts_on=date.today(),
    )
    closing()
    assert tried(0) == {"sent": 1}
    assert server.recipients == ["province@example.org"]
