"""E-mails that were refused or given up: another try, and reports of non-delivery that come back."""

import io
from contextlib import suppress

import pytest
from django.core.management import CommandError, call_command

from pilots.models import Delivery, Notice
from pilots.operations.deliveries import record_bounce, retry_delivery
from pilots.operations.refusals import NotUndelivered
from pilots.states.deliveries import MOVES, State
from portal.shared.refusals import NotPermitted
from tests.pilots.operations.mail_acts import NOW, closing, reader, someone, tried

pytestmark = pytest.mark.django_db


def undelivered(server):
    reader()
    server.behaviour.rcpt = b"550 no"
    closing()
    tried(0)
    server.behaviour.rcpt = b"250 ok"
    return Delivery.objects.get()


def test_administrator_sends_again(server):
    delivery = undelivered(server)
    with pytest.raises(NotPermitted):
        retry_delivery(delivery_id=delivery.pk, by=someone("province"), at=NOW)
    assert tried(0) == {}
    retry_delivery(delivery_id=delivery.pk, by=someone("system-admin"), at=NOW)
    with pytest.raises(NotUndelivered):
        retry_delivery(delivery_id=delivery.pk, by=someone("system-admin"), at=NOW)
    assert tried(0) == {"sent": 1}
    with pytest.raises(NotUndelivered):
        retry_delivery(delivery_id=delivery.pk, by=someone("system-admin"), at=NOW)
    assert server.message_ids == [f"<{delivery.message_id}@portal.example>"]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("move", ["bounce", "retry"])
def test_moves_are_those_of_the_table(state, move):
    user = reader()
    ended = None if state == State.WAITING else NOW
    delivery = Delivery.objects.create(
        key="x", user=user, form="single", next_attempt_at=NOW, state=state, finished_at=ended
    )
    if move == "bounce":
        record_bounce(message_id=delivery.message_id, error="x", at=NOW)
    else:
        with suppress(NotUndelivered):
            retry_delivery(delivery_id=delivery.pk, by=someone("system-admin"), at=NOW)
    delivery.refresh_from_db()
    before, after = MOVES[move]
    assert delivery.state == (after if state in before else state)


REPORT = """\
From: MAILER-DAEMON@mx.example.org
To: portal@portal.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

您的邮件未能送达。
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; clerk@example.org
Action: {action}
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 mailbox full

--b
Content-Type: {part}

From: portal@portal.example
To: clerk@example.org
Message-ID: <{token}@portal.example>
Subject: x

--b--
"""


def sent_one(server):
    reader()
    closing()
    tried(0)
    return Delivery.objects.get()


def recorded_bounces(tmp_path, text):
    path = tmp_path / "report.eml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    out = io.StringIO()
    call_command("record_bounces", str(path), stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("part", ["message/rfc822", "text/rfc822-headers"])
def test_report_of_non_delivery_marks_the_e_mail(server, tmp_path, part):
    delivery = sent_one(server)
    said = recorded_bounces(tmp_path, REPORT.format(action="failed", token=delivery.message_id, part=part))
    assert "bounced" in said
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("bounced", "5.2.2 smtp; 552 5.2.2 mailbox full")
    assert Notice.objects.filter(kind="mail.undelivered").count() == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (REPORT.format(action="delayed", token="{token}", part="message/rfc822"), "no failure reported"),
        (REPORT.format(action="failed", token="0" * 32, part="message/rfc822"), "no e-mail of the portal"),
        ("Subject: hello\n\nhello", "no report of non-delivery"),
        ("", "no report of non-delivery"),
        (b"\x00\xff\xfe broken", "no report of non-delivery"),
    ],
)
def test_other_files_change_nothing(server, tmp_path, text, said):
    delivery = sent_one(server)
    if isinstance(text, str):
        text = text.replace("{token}", delivery.message_id)
    assert said in recorded_bounces(tmp_path, text)
    delivery.refresh_from_db()
    assert delivery.state == "sent"


def test_report_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match=r"nowhere\.eml"):
        call_command("record_bounces", str(tmp_path / "nowhere.eml"))
