"""Who has had whose account in hand lately: whoever made or reset an account may have signed in with it."""

from datetime import datetime, timedelta

from django.db.models import F, Max, QuerySet

from pilots.models import AccountChange
from pilots.states.people import HANDLED
from portal.accounts.models import User

INDEPENDENT_AFTER = timedelta(days=30)
"""So long two accounts of which one was in the other's hands count as one person's. An owner who was locked out of an
account notices by then."""


def handled(users: list[User], at: datetime) -> QuerySet[AccountChange]:
    """Lines by which somebody else had one of these accounts in hand lately, as INDEPENDENT_AFTER says; latest first.

    What is done at the server's shell, and by the portal itself, is nobody's.
    """
    lines = AccountChange.objects.filter(user__in=users, act__in=HANDLED, recorded_at__gt=at - INDEPENDENT_AFTER)
    others = lines.filter(recorded_by__isnull=False).exclude(recorded_by=F("user"))
    return others.select_related("user", "recorded_by").order_by("-pk")


def last_handled(user: User) -> datetime | None:
    """When an account was last made or reset, by whomever, the server's shell included."""
    found: datetime | None = user.account_changes.filter(act__in=HANDLED).aggregate(last=Max("recorded_at"))["last"]
    return found


def last_at_server(user: User) -> int:
    """The id of the last line by which the account was made or reset at the server's shell; 0 without any."""
    lines = user.account_changes.filter(act__in=HANDLED, recorded_by__isnull=True)
    return lines.aggregate(last=Max("pk"))["last"] or 0
