"""Two night runs at once, a writer that has not committed yet, a run that dies: on real PostgreSQL, with threads."""

import itertools
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from pilots.models import CapacityReport, CoverageSnapshot, NightRun
from pilots.operations.nightly import compute_days, run_night
from pilots.operations.refusals import NightRunBusy
from tests.pilots.acts import compute, figure, noon, report, snapshot

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
