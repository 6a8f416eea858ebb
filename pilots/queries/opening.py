"""Where a visitor begins: which day a page shows when none is asked for."""

from datetime import date, timedelta

from pilots.models import DemoLoad
from pilots.queries.runs import last_computed_day


def demo_load() -> DemoLoad | None:
    """That this database holds demonstration data, with its reference region and day."""
    return DemoLoad.objects.select_related("region__parent__parent").order_by("pk").first()


def opening_day(demo: DemoLoad | None, today: date) -> date:
    """The demonstration's reference day, else the last computed day, else yesterday."""
    if demo is not None:
        return demo.day
    return last_computed_day() or today - timedelta(days=1)
