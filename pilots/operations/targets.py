"""Set targets: proposed by one officer, confirmed by another (docs/two-person-rule.md). Doors call `change_target`."""

from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.models import Region, Target
from pilots.operations.notices import notify
from pilots.operations.refusals import DayTooEarly, FutureDay, Implausible, ReasonMissing, TargetChangedMeanwhile
from pilots.policies.offices import office_above
from pilots.policies.regions import visible_regions
from pilots.policies.targets import decides_in_its_offices, may_propose_target, require_may_set_target
from pilots.queries.figures.registry import FIGURES
from pilots.queries.targets import TARGET_INDICATORS, target_ledger
from pilots.states.calendar import FIRST_DAY
from portal.accounts.models import User
from portal.approvals.arguments import Arguments
from portal.approvals.matters import Change, Matter, Subject
from portal.approvals.models import Proposal
from portal.approvals.two_person import two_person
from portal.audit.trail import recorded

YEARS_AHEAD = 5
"""A target for a later year than this from now is a slip of the key."""
MAX_NUMBER = 99_999_999
"""More than all people of a province."""


@recorded("target.changed")
def set_target(  # noqa: PLR0913  # plain values: they are written down until they are confirmed
    *,
    region_id: str,
    indicator: str,
    year: int,
    baseline_value: int,
    baseline_on: date,
    goal: int,
    mandate: str = "",
    document: str = "",
    replaces: int | None = None,
    reason: str = "",
    by: User | None,
    at: datetime,
) -> Target:
    """Write what a region is asked to reach in a year; an earlier line for the same stays to be read.

    `replaces` is the line that stood when the change was thought of, None for the year's first. Without `by` it is a
    load of reference data: nobody to permit, no reason, whatever stands is replaced.
    Raises NotPermitted, ReasonMissing, TargetChangedMeanwhile, Implausible, FutureDay, DayTooEarly.
    """
    region = Region.objects.select_for_update(no_key=True, of=("self",)).get(pk=region_id)
    if by is not None:
        _require_permitted(by, region, reason)
        _require_still_stands(target_ledger(region_id, indicator, year).first(), replaces)
    _require_plausible(indicator, year, baseline_value, baseline_on, goal, timezone.localdate(at))
    target = Target.objects.create(
        region=region,
        indicator=indicator,
        year=year,
        baseline_value=baseline_value,
        baseline_on=baseline_on,
        goal=goal,
        mandate=mandate,
        document=document,
        reason=reason,
        recorded_by=by,
    )
    _tell(target, by, at)
    return target


def _tell(target: Target, by: User | None, at: datetime) -> None:
    """Tell the officers of the region that they are asked for something else; a load of reference data is not told."""
    if by is None:
        return
    notify(
        kind="target.changed",
        key=f"target.changed:{target.pk}",
        at=at,
        region=target.region,
        by=by,
        year=target.year,
        indicator=target.indicator,
        goal=target.goal,
        reason=target.reason,
    )


class TargetMatter(Matter):
    """How a target's change reads."""

    name = gettext_lazy("Change of a target")
    proposers = gettext_lazy("officers of the city and the province, for themselves and the regions below")
    confirmers = gettext_lazy("another officer of an office above the region; for the province's own, of the province")

    def subject(self, arguments: Arguments) -> Subject:
        """One target: a region's, for an indicator, in a year."""
        region = _region(arguments["region_id"])
        indicator, year = arguments["indicator"], arguments["year"]
        figure = FIGURES.get(indicator)
        return Subject(
            key=f"{region.code}/{indicator}/{year}",
            label=_("%(region)s, %(year)s: %(figure)s")
            % {"region": region.label, "year": year, "figure": figure.name if figure else indicator},
            place=region.code,
            office=office_above(region).code,
        )

    def visible(self, user: User) -> Q:
        """Whoever reads the region's targets reads what is proposed for them."""
        return Q(place__in=visible_regions(user).values("code"))

    def check(self, arguments: Arguments, at: datetime) -> None:
        """The rules of the target itself, and that the line to be replaced still stands."""
        region, indicator, year = arguments["region_id"], arguments["indicator"], arguments["year"]
        goal, replaces = arguments["goal"], arguments.get("replaces")
        baseline, since = arguments["baseline_value"], arguments["baseline_on"]
        _require_plausible(indicator, year, baseline, since, goal, timezone.localdate(at))
        standing = target_ledger(region, indicator, year).first()
        _require_still_stands(standing, replaces)
        if standing is not None and _values(standing) == {name: arguments.get(name, "") for name in _VALUES}:
            raise Implausible(_("Nothing would change: this is the target that stands."), field="goal")

    def changes(self, arguments: Arguments) -> list[Change]:
        """Each value of the target beside the one of the line that it replaces."""
        replaces = arguments.get("replaces")
        old = None if replaces is None else Target.objects.get(pk=replaces)
        figure = FIGURES[arguments["indicator"]]
        before = {} if old is None else _values(old)

        def text(name: str, value: object) -> str:
            if value in (None, ""):
                return "—"
            return figure.text(value) if isinstance(value, int) else str(value)

        return [
            Change(label, text(name, before.get(name)), text(name, arguments.get(name)))
            for name, label in _VALUES.items()
        ]

    def link(self, proposal: Proposal) -> str:
        """The target's own page."""
        return reverse("target", args=proposal.subject.split("/"))


_VALUES = {
    "goal": gettext_lazy("Goal"),
    "baseline_value": gettext_lazy("Baseline"),
    "baseline_on": gettext_lazy("Day of the baseline"),
    "mandate": gettext_lazy("Mandate"),
    "document": gettext_lazy("Policy document"),
}


def _may_propose(user: User, arguments: Arguments) -> bool:
    return may_propose_target(user, _region(arguments["region_id"]))


change_target = two_person(
    "target.changed", set_target, TargetMatter(), may_propose=_may_propose, may_confirm=decides_in_its_offices
)


def _region(code: str) -> Region:
    return Region.objects.select_related("parent__parent").get(pk=code)


def _values(target: Target) -> dict[str, object]:
    return {name: getattr(target, name) for name in _VALUES}


def _require_permitted(by: User, region: Region, reason: str) -> None:
    require_may_set_target(by, region)
    if not reason.strip():
        raise ReasonMissing(_("A target needs a reason."), field="reason")


def _require_still_stands(standing: Target | None, replaces: int | None) -> None:
    """Refuse a change that was thought of before another one came in."""
    if (standing.pk if standing else None) == replaces:
        return
    if standing is None:
        raise TargetChangedMeanwhile(_("The target that was to be changed does not exist."))
    raise TargetChangedMeanwhile(
        _("Another change came in between: since %(instant)s the goal is %(goal)s, from %(baseline)s on %(day)s.")
        % {
            "instant": f"{timezone.localtime(standing.recorded_at):%Y-%m-%d %H:%M}",
            "goal": standing.goal,
            "baseline": standing.baseline_value,
            "day": standing.baseline_on,
        }
    )


def _require_plausible(  # a target's columns
    indicator: str, year: int, baseline_value: int, baseline_on: date, goal: int, today: date
) -> None:
    if indicator not in TARGET_INDICATORS:
        raise Implausible(_("A target's indicator is a counted figure."), field="indicator")
    if not FIRST_DAY.year <= year <= today.year + YEARS_AHEAD:
        raise Implausible(
            _("Targets are set for the years %(first)s to %(last)s.")
            % {"first": FIRST_DAY.year, "last": today.year + YEARS_AHEAD},
            field="year",
        )
    _require_plausible_numbers(baseline_value, baseline_on, goal, today)


def _require_plausible_numbers(baseline_value: int, baseline_on: date, goal: int, today: date) -> None:
    if baseline_on < FIRST_DAY:
        raise DayTooEarly(_("The register begins on %(day)s.") % {"day": FIRST_DAY}, field="baseline_on")
    if baseline_on > today:
        raise FutureDay(_("The day of the baseline has not come yet."), field="baseline_on")
    if not 0 <= baseline_value <= MAX_NUMBER:
        raise Implausible(_("This number is out of range."), field="baseline_value")
    if goal > MAX_NUMBER:
        raise Implausible(_("This number is out of range."), field="goal")
    if goal < baseline_value:
        raise Implausible(
            _("The goal is below the baseline of %(baseline)s.") % {"baseline": baseline_value}, field="goal"
        )
