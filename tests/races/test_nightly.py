"""Two night runs at once, a writer that has not committed yet, a run that dies: on real PostgreSQL, with threads."""

import itertools
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from pilots.models import CapacityReport, CoverageSnapshot, Institution, NightRun
from pilots.operations.institutions import Entry, register_institution
from pilots.operations.nightly import compute_days, run_night
from pilots.operations.refusals import Implausible, NightRunBusy
from portal.shared.watermark import WatermarkUnknown, settled_until
from tests.pilots.acts import compute, county_officer, figure, noon, report, snapshot

DAY = date(2021, 11, 1)


def in_threads(*jobs):
    """Run jobs at the same moment, each with a connection of its own."""
    barrier = Barrier(len(jobs))

    def run(job):
        try:
            barrier.wait(timeout=10)
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(run, job) for job in jobs]]


def test_two_runs_at_once_do_not_interleave(db):
    def job():
        try:
            return run_night(trigger="command", clock=lambda: noon(DAY + timedelta(days=1)))
        except NightRunBusy:
            return None

    done = in_threads(job, job, job)

    ran = [night for night in done if night is not None]
    assert sum(len(night.filled) for night in ran) == 1
    assert NightRun.objects.filter(day=DAY).count() == 1
    assert CoverageSnapshot.objects.filter(day=DAY).count() == 202


def test_patient_runs_wait_for_each_other(db):
    def job():
        return compute_days(first=DAY, last=DAY, trigger="command", patience=timedelta(seconds=30))

    runs = [run for (run,) in in_threads(job, job, job)]

    assert sorted(run.rows_changed for run in runs) == [0, 0, 202]
    assert len({run.checksum for run in runs}) == 1
    spans = sorted((run.started_at, run.finished_at) for run in runs)
    assert all(earlier[1] <= later[0] for earlier, later in itertools.pairwise(spans))


def test_a_report_still_uncommitted_is_left_to_the_next_run(db):
    written, release = Event(), Event()

    def writer():
        with transaction.atomic():
            report("SJZ-0001", DAY, 75, 42)
            written.set()
            assert release.wait(30)

    def runner():
        assert written.wait(30)
        compute(DAY)
        first = figure("places_total", DAY)
        release.set()
        return first

    _none, first = in_threads(writer, runner)
    stored = CapacityReport.objects.latest("pk")
    run = NightRun.objects.get(day=DAY)

    assert first == 17657
    assert run.known_at < stored.recorded_at
    assert snapshot(DAY).places_total == 17657
    run_night(trigger="command", clock=lambda: noon(DAY + timedelta(days=1)))
    assert snapshot(DAY).places_total == 17667


def test_identical_reports_at_the_same_moment_are_one(db):
    before = CapacityReport.objects.count()
    done = in_threads(*[lambda: report("SJZ-0001", DAY, 75, 42)] * 4)
    assert CapacityReport.objects.count() == before + 1
    assert len({reported.report.pk for reported in done}) == 1
    assert sorted(reported.created for reported in done) == [False, False, False, True]


def test_a_killed_run_leaves_whole_days_and_the_next_one_does_the_rest(db):
    first, last = date(2021, 1, 1), date(2021, 4, 30)
    command = [sys.executable, "manage.py", "nightly", "--from", first.isoformat(), "--to", last.isoformat()]
    url = os.environ["DATABASE_URL"].replace("/portal?", f"/{db}?")
    connection.close()
    process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while NightRun.objects.count() < 5 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = set(NightRun.objects.values_list("day", flat=True))
    assert 5 <= len(done) < 120
    assert CoverageSnapshot.objects.values("day").distinct().count() == len(done)

    runs = compute_days(first=first, last=last, trigger="command", patience=timedelta(seconds=30))

    assert [run.day for run in runs] == [first + timedelta(days=n) for n in range(120)]
    assert {run.day for run in runs if run.rows_changed == 0} == done
    assert CoverageSnapshot.objects.count() == 120 * 202


@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("table", ["pilots_capacityreport", "pilots_designation", "pilots_filing", "pilots_nightrun"])
def test_ledgers_refuse_to_be_altered(db, table, sql):
    compute(DAY)
    with connection.cursor() as cursor, pytest.raises(Exception, match=r"Cannot (update|delete|truncate)"):
        cursor.execute(sql.format(table))


def test_two_registrations_of_one_name_at_once_are_one(db):
    entry = Entry("130102", "同名托育园（测试）", "social", date(2021, 1, 1))

    def register():
        try:
            return register_institution(entry=entry, filing=None, by=county_officer(), at=noon(DAY))
        except Implausible:
            return None

    done = in_threads(*[register] * 4)
    assert sum(each is not None for each in done) == 1
    assert Institution.objects.filter(name=entry.name).count() == 1


def test_no_watermark_is_later_than_a_fact_it_cannot_see(db):
    """Writers commit short transactions while watermarks are taken: none may pass a fact that is still to appear."""
    stop = Event()
    counts: list[tuple[datetime, int]] = []

    def writer(number):
        day = date(2021, 1, 1)
        while not stop.is_set():
            day += timedelta(days=1)
            report(number, day, day.day, 1)

    def watermarks():
        try:
            for _round in range(400):
                mark = settled_until()
                counts.append((mark, CapacityReport.objects.filter(recorded_at__lte=mark).count()))
        finally:
            stop.set()

    in_threads(watermarks, lambda: writer("SJZ-0001"), lambda: writer("SJZ-0002"))
    assert len(counts) == 400
    assert all(CapacityReport.objects.filter(recorded_at__lte=mark).count() == seen for mark, seen in counts)


def test_a_session_that_cannot_be_looked_at_stops_the_run(db):
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS portal_limited")
        cursor.execute("CREATE ROLE portal_limited LOGIN")
        cursor.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO portal_limited")
    other = connection.copy()
    try:
        other.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE portal_limited")
            with pytest.raises(WatermarkUnknown):
                settled_until()
            cursor.execute("RESET ROLE")
            cursor.execute("GRANT pg_read_all_stats TO portal_limited")
            cursor.execute("SET ROLE portal_limited")
            assert settled_until() is not None
            cursor.execute("RESET ROLE")
    finally:
        other.close()
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("DROP OWNED BY portal_limited")
            cursor.execute("DROP ROLE portal_limited")
