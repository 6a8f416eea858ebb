"""A report over REST, the night run by a real beat and worker, and the figure that moves."""

import time
from datetime import date, timedelta

import pytest

from tests.browser.conftest import Portal

pytestmark = pytest.mark.timeout(240)

DAY = "2021-10-20"
REPORTS = "/api/v1/institutions/SJZ-0001/capacity-reports/"


def places(portal: Portal, key: str, day: str) -> int:
    _status, body = portal.call(f"/api/v1/figures/?region=130100&as_of={day}", key=key)
    return body["figures"]["places_total"]["value"]


def test_report_moves_the_figure_after_the_night_run(portal):
    key = portal.manage("create_api_key", "--institution", "SJZ-0001").strip()
    portal.manage("nightly", "--from", "2021-10-15", "--to", "2021-10-25")
    assert places(portal, key, "2021-11-01") == 17657

    status, body = portal.call(
        REPORTS, key=key, body={"as_of": DAY, "classes": {"mixed": {"places": 165, "enrolled": 42}}}
    )
    assert (status, body["places"], body["warnings"]) == (201, 165, [])
    listed = portal.call(REPORTS, key=key)[1]["results"]
    assert listed[0]["id"] == body["id"] or listed[0]["as_of"] > DAY

    deadline = time.monotonic() + 180  # beat asks every minute here; the first night also fills every missed day
    while places(portal, key, "2021-11-01") == 17657:
        assert time.monotonic() < deadline, "the night run did not come"
        time.sleep(1)

    assert places(portal, key, "2021-11-01") == 17757
    assert places(portal, key, "2021-10-20") == 17757
    assert places(portal, key, "2021-10-19") == 17657
    explained = portal.manage("explain", "places_total", "--region", "130100", "--as-of", "2021-11-01", "--json")
    assert '"value": 17757' in explained
    assert '"reported_on": "2021-10-20"' in explained


def test_health_tells_of_database_broker_and_night_run(portal):
    status, body = portal.call("/healthz/ready")
    assert (status, body["database"], body["broker"]) == (200, "ok", "ok")
    assert body["night_run"]["status"] == "ok"
    assert date.fromisoformat(body["night_run"]["day"]) <= date.today() + timedelta(days=1)


def test_two_commands_do_the_work(portal):
    figures = portal.manage("figures", "--region", "130100", "--as-of", "2021-01-01", "--json")
    assert '"pilots_total": 44' in figures
