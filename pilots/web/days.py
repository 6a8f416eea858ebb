"""The day a page shows, as the reader asked for it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from pilots.models import DemoLoad, NightRun
from pilots.queries.opening import demo_load, opening_day
from pilots.states.calendar import FIRST_DAY, WRITTEN_DAY


@dataclass(frozen=True)
class AskedDay:
    """The day shown, and what was wrong with the day asked for."""

    day: date
    today: date
    typed: str = ""
    error: str = ""
    links: list[dict[str, Any]] = field(default_factory=list)

    @property
    def status(self) -> int:
        """HTTP status of the page: 422 where the day asked for could not be shown."""
        return 422 if self.error else 200

    def context(self) -> dict[str, Any]:
        """What the day picker and the stamp need."""
        return {
            "as_of": self.day,
            "as_of_typed": self.typed,
            "as_of_error": self.error,
            "as_of_min": FIRST_DAY,
            "as_of_max": self.today,
            "as_of_links": self.links,
        }


def asked_day(request: HttpRequest) -> AskedDay:
    """Read `?as_of=`; without it, the opening day. A day that cannot be shown is said, and the opening day shown."""
    today = timezone.localdate()
    demo = request_demo(request)
    typed = request.GET.get("as_of", "").strip()
    day, error = _parse(typed, today) if typed else (None, "")
    shown = day or opening_day(demo, today)
    return AskedDay(shown, today, typed=typed if error else "", error=error, links=_links(request, shown, today, demo))


def request_demo(request: HttpRequest) -> DemoLoad | None:
    """The demonstration's row, read once for each request."""
    if not hasattr(request, "_demo_load"):
        request._demo_load = demo_load()  # type: ignore[attr-defined]  # noqa: SLF001  # a cache of this request
    found: DemoLoad | None = request._demo_load  # type: ignore[attr-defined]  # noqa: SLF001
    return found


def stamp(run: NightRun | None) -> str:
    """Where the page's numbers come from."""
    if run is None:
        return _("read from the register just now")
    known = timezone.localtime(run.known_at)
    return _("computed by the night run, with what was recorded until %(instant)s") % {
        "instant": known.strftime("%Y-%m-%d %H:%M")
    }


def _parse(typed: str, today: date) -> tuple[date | None, str]:
    try:
        day = date.fromisoformat(typed) if WRITTEN_DAY.fullmatch(typed) else None
    except ValueError:
        day = None
    if day is None:
        return None, _("Write the day as 2021-11-01; “%(typed)s” is not a day.") % {"typed": typed[:40]}
    if day > today:
        return None, _("%(day)s has not come yet.") % {"day": day}
    if day < FIRST_DAY:
        return None, _("The register begins on %(day)s.") % {"day": FIRST_DAY}
    return day, ""


def _links(request: HttpRequest, shown: date, today: date, demo: DemoLoad | None) -> list[dict[str, Any]]:
    days = [(_("Today"), today), (_("1 January"), date(shown.year, 1, 1))]
    if demo is not None:
        days.insert(0, (_("Reference day"), demo.day))
    return [{"label": label, "url": with_day(request, day), "active": day == shown} for label, day in days]


def with_day(request: HttpRequest, day: date) -> str:
    """This page on another day."""
    query = request.GET.copy()
    query["as_of"] = day.isoformat()
    query.pop("page", None)
    return f"{request.path}?{query.urlencode()}"


def dated(url: str, day: date, **more: str) -> str:
    """An address with the day, so that a link stays on it."""
    return f"{url}?{urlencode({**more, 'as_of': day.isoformat()})}"


def asks_for(request: HttpRequest, target: str) -> bool:
    """Whether htmx asks for one part of the page only, by the id of the element it replaces."""
    details = HtmxDetails(request)
    return bool(details) and details.target == target
