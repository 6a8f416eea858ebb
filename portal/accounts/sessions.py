"""Sessions of a person: listed, and ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User

BROWSERS = (
    ("Edg/", "Edge"),
    ("MicroMessenger/", "微信"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class OwnSession:
    """One browser in which the person is signed in."""

    pk: int
    device: str
    address: str
    since: datetime
    seen_at: datetime
    current: bool


def sessions_of(user: User, current_key: str | None) -> list[OwnSession]:
    """The person's living sessions, the present one first, then the latest. One query."""
    living = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    rows = UserSession.objects.filter(user=user, session_key__in=living).order_by("-last_seen_at", "-pk")
    found = [
        OwnSession(
            row.pk,
            device_of(row.user_agent),
            row.ip,
            row.created_at,
            row.last_seen_at,
            row.session_key == current_key,
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: not each.current)


def end_sessions(user: User, *, besides: str | None = None, only: int | None = None) -> int:
    """Sign the person out everywhere, besides one session key, or only in one session; answer in how many."""
    rows = UserSession.objects.filter(user=user).exclude(session_key=besides or "")
    if only is not None:
        rows = rows.filter(pk=only)
    keys = list(rows.values_list("session_key", flat=True))
    ended, _by_model = Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    return ended


def remove_ended_sessions(*, at: datetime) -> int:
    """Remove sessions that are over, with what was noted of their browsers; answer how many there were.

    Notes are kept for a day: while somebody signs in, there is one before its session.
    """
    ended, _by_model = Session.objects.filter(expire_date__lt=at).delete()
    of_session = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(of_session), last_seen_at__lt=at - timedelta(days=1)).delete()
    return ended


def note_activity(session_key: str) -> None:
    """Remember that the session was used just now."""
    UserSession.objects.filter(session_key=session_key).update(last_seen_at=timezone.now())


def device_of(user_agent: str) -> str:
    """Browser and system as far as a browser tells them, for the list of own sessions."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part) or _("Unknown device")
