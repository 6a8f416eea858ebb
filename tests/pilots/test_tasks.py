"""The schedule, and its tasks."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from pilots.models import Message, NightRun
from pilots.operations import nightly
from pilots.operations.notices import notify
from pilots.tasks.nightly import catch_up, run_nightly
from pilots.tasks.notices import send_messages
from portal.accounts.models import User
from portal.celery import app

YESTERDAY = timezone.localdate() - timedelta(days=1)


def test_every_scheduled_name_is_a_registered_task():
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled == {
        "pilots.tasks.nightly.run_nightly",
        "pilots.tasks.nightly.catch_up",
        "pilots.tasks.people.switch_off_idle",
        "pilots.tasks.keys.tell_expiring",
        "pilots.tasks.trail.tell_auditors",
        "pilots.tasks.notices.send_messages",
        "portal.audit.tasks.seal_trail",
        "portal.audit.tasks.catch_up",
    }
    assert scheduled <= set(app.tasks)


def test_night_run_is_at_two_in_shanghai():
    (entry,) = [each for each in app.conf.beat_schedule.values() if each["task"].endswith("run_nightly")]
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({2}, {0})
    assert app.conf.timezone == "Asia/Shanghai"


def test_trail_is_sealed_at_ten_past_three_in_shanghai():
    (entry,) = [each for each in app.conf.beat_schedule.values() if each["task"].endswith("seal_trail")]
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({3}, {10})


@pytest.mark.django_db
def test_task_takes_the_day_before():
    run_nightly()
    assert list(NightRun.objects.values_list("day", "trigger")) == [(YESTERDAY, "schedule")]


@pytest.mark.django_db
def test_catch_up_runs_only_what_was_missed():
    catch_up()
    catch_up()
    assert NightRun.objects.count() == 1


@pytest.mark.django_db
def test_task_delivers_and_sends(mailoutbox):
    User.objects.filter(username="system-admin").update(email="admin@example.org")
    notify(kind="night_run.late", key="x", at=timezone.now(), day=YESTERDAY)
    send_messages()
    send_messages()
    assert [mail.to for mail in mailoutbox] == [["admin@example.org"]]
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_task_leaves_it_to_a_run_at_work(monkeypatch):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [nightly._LOCK])
        run_nightly()
    finally:
        other.close()
    assert NightRun.objects.count() == 0
