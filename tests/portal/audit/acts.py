"""Short forms for tests of the trail."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from portal.audit.sealing import seal_days
from portal.audit.tracking import event_models


@contextmanager
def behind_the_back() -> Iterator[None]:
    """As a superuser who has switched the triggers off for a session."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute("RESET session_replication_role")


def run(sql, *parameters):
    """Run a statement behind the application's back; answer how many rows it touched."""
    with behind_the_back(), connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return cursor.rowcount


def spread_over_days(days):
    """Let the events of the test database lie on the last days before today, in turns."""
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    for model in event_models():
        run(
            f"UPDATE {model._meta.db_table} SET pgh_created_at = %s - (1 + pgh_id %% %s) * interval '1 day'"
            " + pgh_id * interval '1 microsecond'",
            noon,
            days,
        )


def seal(at: datetime | None = None):
    """Seal all days that are over; no other transaction is open in a test."""
    now = at or timezone.now()
    return seal_days(at=now, settled=lambda: now + timedelta(days=1))
