"""Arguments that several commands share."""

from argparse import ArgumentTypeError
from datetime import date, timedelta

from django.core.management.base import CommandError
from django.utils import timezone

from pilots.models import Region
from pilots.states.calendar import FIRST_DAY, WRITTEN_DAY


def day(text: str) -> date:
    """A day as YYYY-MM-DD."""
    try:
        found = date.fromisoformat(text) if WRITTEN_DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or found < FIRST_DAY:
        raise ArgumentTypeError(f"{text!r} is not a day since {FIRST_DAY}; write YYYY-MM-DD")
    return found


def region(code: str) -> Region:
    """The region of a code."""
    found = Region.objects.filter(pk=code).first()
    if found is None:
        raise CommandError(f"There is no region {code!r}; a region code has six digits, such as 130100.")
    return found


def yesterday() -> date:
    """The day the night run computes by default."""
    return timezone.localdate() - timedelta(days=1)
