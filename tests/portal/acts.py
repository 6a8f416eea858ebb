"""Short forms of proposals, for tests."""

from datetime import date, timedelta

from django.utils import timezone

from pilots.models import Target
from pilots.operations.targets import change_target
from portal.accounts.models import User
from portal.approvals.models import Proposal

NOW = timezone.now()
CITY = "130100"
LATER = NOW + timedelta(days=10)
"""The instant at which a proposal made now has expired."""


def user(name: str) -> User:
    """A demonstration account, with nothing remembered of it."""
    return User.objects.get(username=name)


def standing(region: str = CITY, indicator: str = "pilots_total", year: int = 2021) -> Target | None:
    """The target line that stands."""
    return Target.objects.filter(region=region, indicator=indicator, year=year).order_by("-pk").first()


def propose(by: str = "city", *, goal: int = 70, region: str = CITY, year: int = 2021, **more: object) -> Proposal:
    """Propose a goal for a region's pilots, from the baseline that stands."""
    line = standing(region, year=year)
    values = {
        "region_id": region,
        "indicator": "pilots_total",
        "year": year,
        "baseline_value": line.baseline_value if line else 0,
        "baseline_on": line.baseline_on if line else date(2021, 1, 1),
        "goal": goal,
        "mandate": "全市年度任务（示例）",
        "document": "石卫〔2021〕1号",
        "replaces": line.pk if line else None,
        "reason": "省里追加任务",
        "at": NOW,
    }
    return change_target.propose(by=user(by), **{**values, **more})
