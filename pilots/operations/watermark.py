"""Up to which instant everything recorded is also visible."""

from datetime import datetime

from django.db import connection

# A transaction that is still open may hold facts recorded since it began. All of them carry an instant not before
# the transaction's start (recorded_at is clock_timestamp()), so everything before the oldest open transaction of
# another client is settled. Without one, everything up to now is.
_SETTLED = """
SELECT least(clock_timestamp(), min(xact_start))
  FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend'
   AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
"""


def settled_until() -> datetime:
    """The watermark of a run that starts now: no fact recorded before it can still appear."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED)
        (instant,) = cursor.fetchone()
    assert isinstance(instant, datetime)
    return instant
