"""Short forms of operations, for tests."""

from datetime import date, datetime

from django.utils import timezone

from pilots.models import CoverageSnapshot, Institution, NightRun, Region
from pilots.operations.capacity import Reported, report_capacity
from pilots.operations.nightly import Night, compute_days, run_night
from pilots.policies.standing import Principal
from pilots.queries.figures.reading import read
from pilots.states.capacity import ClassGroup, Count, Source
from portal.accounts.models import User


def noon(day: date) -> datetime:
    """12:00 in Shanghai."""
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))


def county_officer() -> User:
    """The officer of 长安区 (130102)."""
    return User.objects.get(username="county")


def report(number: str, as_of: date, places: int, enrolled: int, *, by: Principal | None = None) -> Reported:
    """Report one mixed class."""
    return report_capacity(
        institution_id=Institution.objects.get(number=number).pk,
        as_of=as_of,
        classes={ClassGroup.MIXED: Count(places, enrolled)},
        by=by or county_officer(),
        at=timezone.now(),
        source=Source.API,
    )


def compute(first: date, last: date | None = None) -> list[NightRun]:
    """Run the night run by hand."""
    return compute_days(first=first, last=last or first, trigger=NightRun.Trigger.COMMAND)


def night(today: date) -> Night:
    """The night run as beat asks for it on the morning of `today`."""
    return run_night(trigger=NightRun.Trigger.SCHEDULE, clock=lambda: noon(today))


def figure(code: str, day: date, region: str = "130100") -> object:
    """A figure's value."""
    return read(Region.objects.get(pk=region), day).value(code).number


def snapshot(day: date, region: str = "130100") -> CoverageSnapshot:
    """What the night run stored."""
    return CoverageSnapshot.objects.get(region=region, day=day)
