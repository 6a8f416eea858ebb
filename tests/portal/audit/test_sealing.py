"""Days are sealed in their order, when nothing can be added to them any more, and the seals leave the database."""

import io
import json
import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from pilots.models import Operator
from portal.audit import tasks
from portal.audit.models import Leaf, Seal, SealMail, Verification
from portal.audit.publishing import append_to_file, is_mail_due
from portal.audit.sealing import bounds, is_seal_missing, seal_days
from portal.audit.tracking import event_models
from portal.audit.verifying import AnchorUnreadable, What, anchor_file, is_verification_missing, read_anchors, verify
from portal.shared.watermark import WatermarkUnknown
from tests.portal.audit.acts import run, seal, spread_over_days

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def directory(settings, tmp_path):
    settings.AUDIT_SEAL_DIRECTORY = tmp_path / "seals"


@pytest.fixture
def two_days():
    """Events of the last two days, all of them over."""
    spread_over_days(2)


def test_every_event_of_a_day_has_its_leaf_and_days_follow_each_other(two_days):
    first, second = seal()
    assert [first.day, second.day] == [YESTERDAY - timedelta(days=1), YESTERDAY]
    assert bytes(second.previous) == bytes(first.digest)
    assert bytes(first.previous) == bytes(32)
    for each in (first, second):
        begin, end = bounds(each.day)
        counted = sum(
            model.objects.filter(pgh_created_at__gte=begin, pgh_created_at__lt=end).count() for model in event_models()
        )
        assert each.events == counted == Leaf.objects.filter(day=each.day).count() > 100


def test_today_stays_open_and_a_second_call_changes_nothing(two_days):
    Operator.objects.create(name="今天")
    seal()
    assert Seal.objects.latest("day").day == YESTERDAY
    assert seal() == []
    assert verify().findings == []


def test_missed_days_are_caught_up_and_days_without_events_have_a_seal():
    spread_over_days(1)
    run("UPDATE pilots_operatorevent SET pgh_created_at = pgh_created_at - interval '4 days'")
    assert is_seal_missing(timezone.now())
    seals = seal()
    assert [each.events > 0 for each in seals] == [True, False, False, False, True]
    assert not is_seal_missing(timezone.now())
    assert verify().findings == []


def test_day_is_sealed_only_when_no_earlier_transaction_can_still_commit(two_days):
    end = bounds(YESTERDAY)[1]
    held = seal_days(at=timezone.now(), settled=lambda: end - timedelta(microseconds=1))
    assert [each.day for each in held] == [YESTERDAY - timedelta(days=1)]
    done = seal_days(at=timezone.now(), settled=lambda: end)
    assert [each.day for each in done] == [YESTERDAY]


def test_days_are_those_of_shanghai():
    spread_over_days(1)
    run("DELETE FROM pilots_operatorevent")
    begin, _end = bounds(YESTERDAY)
    operator = Operator.objects.create(name="零点")
    before = Operator.objects.create(name="零点前")
    run("UPDATE pilots_operatorevent SET pgh_created_at = %s WHERE pgh_obj_id = %s", begin, operator.pk)
    run(
        "UPDATE pilots_operatorevent SET pgh_created_at = %s WHERE pgh_obj_id = %s",
        begin - timedelta(microseconds=1),
        before.pk,
    )
    seal()
    leaves = Leaf.objects.filter(table_name="pilots_operatorevent").order_by("day")
    assert [leaf.day for leaf in leaves] == [YESTERDAY - timedelta(days=1), YESTERDAY]


def test_column_added_later_changes_no_seal(two_days):
    seal()
    run("ALTER TABLE pilots_operatorevent ADD COLUMN later varchar(10)")
    assert verify().findings == []
    run("UPDATE pilots_operatorevent SET later = 'x'")
    assert {finding.what for finding in verify().findings} == {What.CHANGED}


def test_seals_go_to_the_file_once(two_days):
    seal()
    assert append_to_file() == 2
    assert append_to_file() == 0
    lines = [json.loads(line) for line in anchor_file().read_text().splitlines()]
    assert [line["day"] for line in lines] == [str(YESTERDAY - timedelta(days=1)), str(YESTERDAY)]
    assert lines[1]["previous"] == lines[0]["digest"]
    assert read_anchors(anchor_file())[YESTERDAY] == bytes(Seal.objects.latest("day").digest).hex()


def test_night_seals_verifies_and_mails_each_recipient_once(two_days, settings):
    settings.AUDIT_SEAL_RECIPIENTS = ["audit@example.org", "second@example.org"]
    run("DELETE FROM django_session")
    spread_over_days(2)
    seal()
    tasks.seal_trail()
    tasks.seal_trail()
    assert [message.to for message in mail.outbox] == [["audit@example.org"], ["second@example.org"]]
    digest = bytes(Seal.objects.latest("day").digest).hex()
    assert all(digest in message.body for message in mail.outbox)
    assert SealMail.objects.count() == 4
    assert [each.findings for each in Verification.objects.all()] == [0, 0]


def test_tampering_is_mailed_with_its_first_row(two_days, settings):
    settings.AUDIT_SEAL_RECIPIENTS = ["audit@example.org"]
    seal()
    tasks.seal_trail()
    run("DELETE FROM pilots_operatorevent WHERE pgh_id = (SELECT min(pgh_id) FROM pilots_operatorevent)")
    tasks.seal_trail()
    assert len(mail.outbox) == 2
    assert "pilots_operatorevent" in mail.outbox[1].body
    assert Verification.objects.first().findings == 1


def test_catch_up_seals_only_what_was_missed(two_days):
    tasks.catch_up()
    tasks.catch_up()
    assert Seal.objects.count() == 2
    assert Verification.objects.count() == 1


def test_file_that_is_none_is_a_finding_and_stops_nothing(two_days):
    seal()
    anchor_file().parent.mkdir()
    anchor_file().write_text("nothing\n")
    with pytest.raises(AnchorUnreadable):
        read_anchors(anchor_file())
    tasks.seal_trail()
    assert Verification.objects.get().findings == 1
    assert "is not a file of seals" in Verification.objects.get().first_finding


def test_night_goes_on_where_its_file_cannot_be_written(two_days, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.AUDIT_SEAL_DIRECTORY = tmp_path / "file" / "seals"
    settings.AUDIT_SEAL_RECIPIENTS = ["audit@example.org"]
    tasks.seal_trail()
    assert Seal.objects.count() == 2
    assert "cannot be written" in Verification.objects.get().first_finding
    assert Verification.objects.get().findings == 1
    assert "cannot be written" in mail.outbox[0].body
    assert bytes(Seal.objects.latest("day").digest).hex() in mail.outbox[0].body


def test_file_is_as_it_was_where_the_disk_is_full(two_days, monkeypatch):
    seal(bounds(YESTERDAY)[0] + timedelta(hours=3))
    append_to_file()
    before = anchor_file().read_bytes()
    seal()

    def full(_number):
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(AnchorUnreadable, match="no space left"):
            append_to_file()
    assert anchor_file().read_bytes() == before != b""
    assert append_to_file() == 1


def test_night_goes_on_where_no_day_can_be_sealed(two_days, settings, monkeypatch):
    settings.AUDIT_SEAL_RECIPIENTS = ["audit@example.org"]
    seal(bounds(YESTERDAY)[0] + timedelta(hours=3))

    def fail(**_named):
        raise WatermarkUnknown("nobody may look")

    monkeypatch.setattr("portal.audit.sealing.seal_days", fail)
    tasks.seal_trail()
    assert Seal.objects.count() == 1
    assert Verification.objects.get().findings == 0
    assert len(mail.outbox) == 1
    assert is_seal_missing(timezone.now())


def test_verification_that_fails_is_done_again_within_the_hour(two_days, settings, monkeypatch):
    settings.AUDIT_SEAL_RECIPIENTS = ["audit@example.org"]

    def fail(*_anchors):
        raise OperationalError("canceling statement due to statement timeout")

    with monkeypatch.context() as patched:
        patched.setattr("portal.audit.verifying.verify", fail)
        tasks.seal_trail()
    assert (Verification.objects.count(), len(mail.outbox)) == (0, 1)
    assert is_verification_missing(timezone.now())
    tasks.catch_up()
    assert (Verification.objects.count(), len(mail.outbox)) == (1, 1)
    assert not is_verification_missing(timezone.now())


def test_mail_that_fails_keeps_no_other_back_and_is_sent_within_the_hour_once(two_days, settings, monkeypatch):
    settings.AUDIT_SEAL_RECIPIENTS = ["first@example.org", "second@example.org"]
    send = mail.EmailMessage.send

    def refuse_first(message):
        if message.to == ["first@example.org"]:
            raise smtplib.SMTPServerDisconnected("gone")
        return send(message)

    seal()
    append_to_file()
    run("DELETE FROM pilots_operatorevent WHERE pgh_id = (SELECT min(pgh_id) FROM pilots_operatorevent)")
    with monkeypatch.context() as patched:
        patched.setattr(mail.EmailMessage, "send", refuse_first)
        tasks.seal_trail()
        assert is_mail_due(recipients=settings.AUDIT_SEAL_RECIPIENTS, at=timezone.now())
    assert [message.to for message in mail.outbox] == [["second@example.org"]]
    for _hour in range(2):
        tasks.catch_up()
    assert [message.to for message in mail.outbox] == [["second@example.org"], ["first@example.org"]]
    assert mail.outbox[0].body == mail.outbox[1].body
    assert "pilots_operatorevent" in mail.outbox[1].body
    assert SealMail.objects.filter(verification__isnull=False).count() == 2
    assert Verification.objects.count() == 1
    assert not is_mail_due(recipients=settings.AUDIT_SEAL_RECIPIENTS, at=timezone.now())


@pytest.mark.parametrize("production", [False, True])
def test_role_that_may_alter_the_trail_is_a_finding_in_production(two_days, settings, production):
    settings.PRODUCTION = production
    seal()
    tasks.seal_trail()
    found = Verification.objects.get()
    assert found.findings == int(production)
    assert ("may change the trail" in found.first_finding) is production


def command(*arguments):
    out = io.StringIO()
    try:
        call_command("verify_trail", *arguments, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_command_is_silent_about_a_sound_trail_and_names_the_first_row_of_another(two_days):
    seal()
    append_to_file()
    status, text = command("--anchor", str(anchor_file()))
    assert status == 0
    assert "2 sealed days are as they were" in text
    first, second = Leaf.objects.filter(table_name="pilots_institutionevent").order_by("day", "position")[:2]
    run("UPDATE pilots_institutionevent SET name = 'x' WHERE pgh_id = %s", first.event_id)
    run("DELETE FROM pilots_institutionevent WHERE pgh_id = %s", second.event_id)
    status, text = command()
    assert status == 1
    assert text.splitlines()[0] == f"pilots_institutionevent {first.event_id}, {first.day}: changed"
    status, text = command("--json")
    assert status == 1
    assert [(each["id"], each["what"]) for each in json.loads(text)["findings"]] == [
        (str(first.event_id), "changed"),
        (str(second.event_id), "removed"),
    ]


def test_tail_that_was_cut_off_shows_against_the_file_only(two_days):
    seal()
    append_to_file()
    for table, event in Leaf.objects.filter(day=YESTERDAY).values_list("table_name", "event_id"):
        run(f"DELETE FROM {table} WHERE pgh_id = %s", event)
    run("DELETE FROM audit_leaf WHERE day = %s", YESTERDAY)
    run("DELETE FROM audit_seal WHERE day = %s", YESTERDAY)
    assert verify().findings == []
    status, text = command("--anchor", str(anchor_file()))
    assert status == 1
    assert text.startswith(f"audit_seal {YESTERDAY}, {YESTERDAY}: tail cut off")


def test_unreadable_anchor_is_an_error_of_its_own(tmp_path):
    with pytest.raises(CommandError, match="is not a file of seals") as error:
        call_command("verify_trail", "--anchor", str(tmp_path / "nothing.jsonl"))
    assert error.value.returncode == 2


def test_trigger_that_is_switched_off_is_a_finding(two_days):
    seal()
    run("ALTER TABLE pilots_operator DISABLE TRIGGER ALL")
    findings = verify().findings
    assert {finding.table for finding in findings} == {"pilots_operator"}
    assert {finding.what for finding in findings} == {What.NOT_RECORDING}
