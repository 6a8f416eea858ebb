"""Health, with real servers that are there and that are not."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pilots.models import NightRun
from tests.pilots.acts import compute

pytestmark = pytest.mark.django_db


def ready(client):
    return client.get(reverse("ready"))


def test_live_needs_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get(reverse("live")).json() == {"status": "ok"}


def test_ready_tells_of_database_broker_and_night_run(client):
    assert ready(client).json() == {
        "status": "ok",
        "database": "ok",
        "broker": "ok",
        "night_run": {"status": "never"},
    }
    compute(timezone.localdate() - timedelta(days=1))
    run = ready(client).json()["night_run"]
    assert (run["status"], run["age_hours"]) == ("ok", 0.0)


def test_late_night_run_is_said_and_not_fatal(client):
    now = timezone.now()
    NightRun.objects.create(
        day=timezone.localdate() - timedelta(days=3),
        trigger="schedule",
        known_at=now - timedelta(hours=40),
        started_at=now - timedelta(hours=40),
        finished_at=now - timedelta(hours=40),
        rows=1,
        rows_changed=1,
        checksum="x",
    )
    response = ready(client)
    assert response.status_code == 200
    assert response.json()["night_run"]["status"] == "late"
    assert response.json()["night_run"]["age_hours"] == 40.0


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "unix:///nowhere/broker.sock", "nonsense"])
def test_without_a_broker_it_is_not_ready(client, settings, url):
    settings.REDIS_URL = url
    response = ready(client)
    assert (response.status_code, response.json()["broker"]) == (503, "unavailable")


def test_answers_are_not_cached(client):
    assert "no-store" in ready(client)["Cache-Control"]
