"""A night run that failed or did not come is told to system administrators, once for a day."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pilots.models import Message, Notice
from pilots.operations.night_watch import report_failed_night, report_late_night
from pilots.operations.notices import deliver_due
from pilots.tasks.nightly import catch_up, run_nightly
from portal.shared.watermark import WatermarkUnknown
from tests.pilots.acts import compute, noon

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
YESTERDAY = TODAY - timedelta(days=1)


def told(kind):
    deliver_due(at=timezone.now() + timedelta(days=2))
    return list(Message.objects.filter(notice__kind=kind).values_list("user__username", flat=True))


def test_failed_task_is_told_once_for_a_day(monkeypatch):
    def fail(**_named):
        raise WatermarkUnknown("nobody may look")

    monkeypatch.setattr("pilots.tasks.nightly.run_night", fail)
    for _hour in range(2):
        run_nightly.apply()
    notice = Notice.objects.get()
    assert (notice.kind, notice.key) == ("night_run.failed", f"night_run.failed:{YESTERDAY}")
    assert notice.parameters == {"day": YESTERDAY.isoformat(), "error": "WatermarkUnknown: nobody may look"}
    assert told("night_run.failed") == ["system-admin"]


def test_failed_catching_up_is_told_too(monkeypatch):
    monkeypatch.setattr("pilots.tasks.nightly.run_night", lambda **_named: 1 / 0)
    catch_up.apply()
    assert told("night_run.failed") == ["system-admin"]


def test_night_that_is_missing_in_the_morning_is_told_once():
    early, morning = noon(TODAY).replace(hour=5, minute=59), noon(TODAY).replace(hour=6)
    assert report_late_night(at=early) is False
    assert report_late_night(at=morning) is True
    assert report_late_night(at=morning + timedelta(hours=1)) is True
    assert told("night_run.late") == ["system-admin"]


def test_night_that_came_is_not_told():
    compute(YESTERDAY)
    assert report_late_night(at=noon(TODAY)) is False
    catch_up.apply()
    assert Notice.objects.count() == 0


def test_long_error_is_cut():
    report_failed_night(error=ValueError("x" * 5000), at=noon(TODAY))
    assert len(Notice.objects.get().parameters["error"]) == 300
