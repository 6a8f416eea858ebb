"""Two senders at once, a sender that dies in the middle, clicks at the same moment: on real PostgreSQL."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from pilots.models import Delivery, Institution, Message, Notice
from pilots.operations.deliveries import retry_delivery, send_due
from pilots.operations.notices import (
    choose_delivery,
    deliver_due,
    mark_all_read,
    mark_read,
    notify,
    recount_unread,
    unread_count,
)
from pilots.operations.refusals import NotUndelivered
from pilots.states.deliveries import LEASE
from pilots.states.notices import Choice, Topic
from portal.accounts.models import User
from tests.pilots.mailbox import mail_server
from tests.races.test_nightly import in_threads

NOW = timezone.now()
TODAY = timezone.localdate()


def someone(username="clerk"):
    return User.objects.get(username=username)


@pytest.fixture
def server(db, settings):
    with mail_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.SITE_URL = "https://portal.example"
        yield running


def tell(count, choice=Choice.AT_ONCE):
    for username in ("clerk", "director", "county"):
        User.objects.filter(username=username).update(email=f"{username}@example.org")
        choose_delivery(by=someone(username), choices={Topic.RECORDS: choice}, language="en")
    institution = Institution.objects.get(number="SJZ-0001")
    with transaction.atomic():
        for number in range(count):
            notify(kind="institution.closed", key=f"n{number}", at=NOW, institution=institution, closed_on=TODAY)


def test_senders_at_once_deliver_and_send_each_once(server):
    tell(6)
    outcomes = in_threads(*[lambda: send_due(at=NOW)] * 4)
    send_due(at=NOW)
    assert sum(each["sent"] for each in outcomes) <= 18
    assert Message.objects.count() == 18
    assert len(server.received) == 18
    assert len(set(server.message_ids)) == 18
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}
    assert unread_count(someone()) == 6


def test_digest_is_one_whoever_delivers(server):
    tell(8, Choice.DAILY)
    in_threads(*[lambda: deliver_due(at=NOW)] * 4)
    deliver_due(at=NOW)
    assert Message.objects.count() == 24
    assert Delivery.objects.count() == 3
    tomorrow = NOW + timedelta(days=1)
    in_threads(*[lambda: send_due(at=tomorrow)] * 3)
    assert sorted(server.recipients) == ["clerk@example.org", "county@example.org", "director@example.org"]
    assert all("8 new messages" in mail["Subject"] for mail in server.received)


def test_same_key_at_the_same_moment_is_one_notice(db):
    def write():
        with transaction.atomic():
            return notify(kind="night_run.late", key="same", at=NOW, day=TODAY).pk

    assert len(set(in_threads(*[write] * 6))) == 1
    assert Notice.objects.filter(key="same").count() == 1


def test_notice_outside_a_transaction_is_refused(db):
    with pytest.raises(RuntimeError, match="transaction"):
        notify(kind="night_run.late", key="alone", at=NOW, day=TODAY)
    assert not Notice.objects.exists()


def test_killed_sender_repeats_at_most_the_e_mail_in_its_hands(server, db):
    tell(2)
    deliver_due(at=NOW)
    server.behaviour.stall_at_data = 0.3
    url = os.environ["DATABASE_URL"].replace("/portal?", f"/{db}?")
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        "SITE_URL": "https://portal.example",
        "PORTAL_ENV": "development",
    }
    connection.close()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "send_messages"], env=environment, stdout=subprocess.DEVNULL
    )
    for _mail in range(3):
        assert server.stalled.wait(60)
        server.stalled.clear()
    process.send_signal(signal.SIGKILL)  # the third is accepted by the server, and nobody has heard of it
    process.wait()
    server.behaviour.stall_at_data = 0
    assert len(server.received) == 3
    before = Delivery.objects.filter(state="sent").count()
    assert before == 2

    assert send_due(at=timezone.now())["sent"] == 3
    later = timezone.now() + LEASE
    assert send_due(at=later)["sent"] == 1

    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert len(server.received) == 7
    repeated = [each for each in set(server.message_ids) if server.message_ids.count(each) > 1]
    assert repeated == [server.message_ids[2]]
    assert len(set(server.message_ids)) == 6


def test_clicks_at_once_count_once(db):
    tell(4, Choice.IN_APP)
    deliver_due(at=NOW)
    message = Message.objects.filter(user__username="clerk").first()
    done = in_threads(*[lambda: mark_read(message_id=message.pk, by=someone(), at=NOW)] * 4)
    assert sorted(done) == [False, False, False, True]
    assert unread_count(someone()) == 3
    done = in_threads(*[lambda: mark_all_read(up_to=10**9, by=someone(), at=NOW)] * 4)
    assert sorted(done) == [0, 0, 0, 3]
    assert unread_count(someone()) == 0


def test_count_stays_right_while_messages_come_and_are_read(db):
    tell(20, Choice.IN_APP)

    def deliver():
        while deliver_due(at=NOW, limit=3):
            pass

    def recount():
        for _round in range(30):
            recount_unread(someone())

    def read():
        for _round in range(30):
            mark_all_read(up_to=10**9, by=someone(), at=NOW)

    in_threads(deliver, deliver, recount, recount, read)
    unread = Message.objects.filter(user__username="clerk", read_at__isnull=True).count()
    assert Message.objects.filter(user__username="clerk").count() == 20
    assert someone().unread_messages == unread == unread_count(someone())


def test_two_administrators_try_again_at_once(server):
    tell(1)
    server.behaviour.rcpt = b"550 no"
    send_due(at=NOW)
    server.behaviour.rcpt = b"250 ok"
    delivery = Delivery.objects.filter(user__username="clerk").get()

    def retry():
        try:
            retry_delivery(delivery_id=delivery.pk, by=someone("system-admin"), at=NOW)
        except NotUndelivered as error:
            return error.code
        return "retried"

    assert sorted(in_threads(*[retry] * 3)) == ["not_undelivered", "not_undelivered", "retried"]
    in_threads(*[lambda: send_due(at=NOW)] * 3)
    assert server.recipients.count("clerk@example.org") == 1
