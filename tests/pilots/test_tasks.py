"""The schedule, and its tasks."""

import os
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from pilots.models import Institution, Message, NightRun
from pilots.operations import nightly
from pilots.operations.documents import DocumentEntry, add_document
from pilots.operations.notices import notify
from pilots.states.documents import DocumentKind
from pilots.tasks.nightly import catch_up, run_nightly
from pilots.tasks.notices import send_messages
from pilots.tasks.upkeep import clean_files, clear_sessions
from portal.accounts.models import User
from portal.celery import app
from tests.files import pdf

YESTERDAY = timezone.localdate() - timedelta(days=1)


def test_every_scheduled_name_is_a_registered_task():
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled == {
        "pilots.tasks.nightly.run_nightly",
        "pilots.tasks.nightly.catch_up",
        "pilots.tasks.people.switch_off_idle",
        "pilots.tasks.upkeep.clear_sessions",
        "pilots.tasks.upkeep.clean_files",
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


def test_upkeep_is_after_the_night_run():
    entries = {entry["task"].rpartition(".")[2]: entry["schedule"] for entry in app.conf.beat_schedule.values()}
    sessions, stored = entries["clear_sessions"], entries["clean_files"]
    assert (sessions.hour, sessions.minute, sessions.day_of_week) == ({4}, {5}, set(range(7)))
    assert (stored.hour, stored.minute, stored.day_of_week) == ({4}, {20}, {0})


@pytest.mark.django_db
def test_task_removes_files_without_a_row_and_no_others(settings, tmp_path):
    settings.FILES_DIR = tmp_path
    institution, county = Institution.objects.get(number="SJZ-0001"), User.objects.get(username="county")
    entry = DocumentEntry(DocumentKind.LICENCE, pdf(), "营业执照.pdf")
    document = add_document(institution_id=institution.pk, entry=entry, by=county, at=timezone.now()).document
    kept, (old, young) = document.file_key, (f"{'a' * 64}-old", f"{'b' * 64}-young")
    for name in (old, young):
        (tmp_path / name[:2]).mkdir(exist_ok=True)
        (tmp_path / name[:2] / name).write_bytes(b"left over")
    for name in (kept, old):
        os.utime(tmp_path / name[:2] / name, (1, 1))
    clean_files()
    clean_files()
    assert sorted(path.name for path in tmp_path.glob("*/*")) == sorted([kept, young])


def note_of(client, seen_at):
    """What is noted of a browser that signed in."""
    user, key = User.objects.get(pk=client.session["_auth_user_id"]), client.session.session_key
    UserSession.objects.create(user=user, session_key=key, ip="127.0.0.1", last_seen_at=seen_at)
    return key


@pytest.mark.django_db
def test_task_removes_sessions_that_are_over_and_no_others(as_user):
    long_ago = timezone.now() - timedelta(days=2)
    living, over = (note_of(as_user(account), long_ago) for account in ("county", "city"))
    Session.objects.filter(session_key=over).update(expire_date=long_ago)
    assert set(Session.objects.values_list("session_key", flat=True)) == {living, over}
    clear_sessions()
    clear_sessions()
    assert list(Session.objects.values_list("session_key", flat=True)) == [living]
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [living]


@pytest.mark.django_db
def test_task_keeps_the_note_of_a_session_that_is_being_made(as_user):
    key = note_of(as_user("county"), timezone.now())
    Session.objects.all().delete()
    clear_sessions()
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [key]


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
