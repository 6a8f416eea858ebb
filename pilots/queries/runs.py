"""The night run's ledger, read."""

from datetime import date

from pilots.models import NightRun


def latest_run(day: date) -> NightRun | None:
    """The run whose snapshots of `day` stand, or None where the day was never computed."""
    return NightRun.objects.filter(day=day).order_by("-pk").first()


def last_computed_day() -> date | None:
    """The latest day that was ever computed."""
    return NightRun.objects.order_by("-day").values_list("day", flat=True).first()
