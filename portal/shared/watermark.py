"""Up to which instant everything recorded is also visible."""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from portal.shared.refusals import DomainError

# A transaction that is still open may hold facts recorded since it began. All of them carry an instant not before
# the transaction's start (recorded_at is clock_timestamp()), so everything before the oldest open transaction of
# another client is settled. Without one, everything up to the start of this statement is: the list of transactions is
# copied after it, so one that begins in between records later (clock_timestamp() would not do here).
# PostgreSQL hides the state of other roles' sessions unless one may read all statistics.
_SETTLED = """
SELECT least(statement_timestamp(), min(xact_start)), bool_or(backend_type IS NULL)
  FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
   AND (backend_type = 'client backend' OR (backend_type IS NULL AND usesysid IS NOT NULL))
"""


class WatermarkUnknown(DomainError):
    """Nobody can tell up to when everything recorded is visible."""

    code = "watermark_unknown"
    status = 503


def settled_until() -> datetime:
    """The watermark of a run that starts now: nothing recorded before it can still appear.

    Raises WatermarkUnknown where sessions of other database roles cannot be looked at.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED)
        instant, hidden = cursor.fetchone()
    if hidden:
        raise WatermarkUnknown(
            _("Another database role has a session that this one may not look at: grant it pg_read_all_stats.")
        )
    assert isinstance(instant, datetime)
    return instant
