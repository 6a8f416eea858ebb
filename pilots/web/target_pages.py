"""What the pages of targets show, decided here so that their templates only print."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pilots.models import Region, Target
from pilots.policies.regions import sees_region
from pilots.policies.standing import Principal
from pilots.queries.figures.pace import Pace, pace
from pilots.queries.figures.reading import Reading
from pilots.queries.figures.registry import FIGURES
from pilots.web.dashboard import STATUS_LABELS
from portal.approvals.models import Proposal
from portal.approvals.states import State

Row = dict[str, Any]

ACT = "target.changed"


def propose_url(region: Region, **query: object) -> str:
    """The form that proposes a target."""
    return f"{reverse('target_propose', args=[region.code])}?{urlencode(query)}"


def list_url(region: Region, year: int) -> str:
    """The targets of a region in a year."""
    return f"{reverse('targets')}?{urlencode({'region': region.code, 'year': year})}"


def target_url(region: Region, indicator: str, year: int) -> str:
    """One target's page."""
    return reverse("target", args=[region.code, indicator, year])


def standing_line(target: Target) -> Row:
    """The line that stands, beside the form that would replace it."""
    return _line(target, None, standing=True)


def ladder(region: Region, reader: Principal, year: int) -> list[Row]:
    """The way down to the region, on the pages of targets; regions the reader may not open are named, not linked."""
    crumbs: list[Row] = []
    step: Region | None = region
    while step is not None:
        crumbs.insert(0, {"label": step.label, "url": list_url(step, year) if sees_region(reader, step) else None})
        step = step.parent
    return [{"label": _("Targets"), "url": reverse("targets")}, *crumbs]


def year_choices(years: Iterable[int], chosen: int) -> list[Row]:
    """Years to choose from, the latest first."""
    return [{"year": year, "selected": year == chosen} for year in sorted(years, reverse=True)]


def groups(regions: Sequence[Region], targets: Sequence[Target], readings: dict[str, Reading]) -> list[Row]:
    """One table for each figure with a target: the region's own, those below it, and whether they add up."""
    found = []
    for code in sorted({target.indicator for target in targets}, key=list(FIGURES).index):
        own = {target.region_id: target for target in targets if target.indicator == code}
        rows = [
            _row(own[region.code], region, readings[region.code], own=number == 0)
            for number, region in enumerate(regions)
            if region.code in own
        ]
        found.append({"code": code, "name": FIGURES[code].name, "unit": FIGURES[code].unit, "rows": rows})
        found[-1] |= _sum_check(code, regions, own)
    return found


def _sum_check(code: str, regions: Sequence[Region], own: dict[str, Target]) -> Row:
    """The goals below, added up, beside the region's own goal."""
    top, *below = regions
    goals = [own[region.code].goal for region in below if region.code in own]
    if not goals:
        return {"sum": ""}
    text, total = FIGURES[code].text, sum(goals)
    target = own.get(top.code)
    gap = 0 if target is None else target.goal - total
    if target is None:
        said = _("%(region)s itself has no target.") % {"region": top.label}
    elif gap == 0:
        said = _("They add up to the goal of %(region)s.") % {"region": top.label}
    elif gap > 0:
        said = _("%(gap)s less than the goal of %(region)s.") % {"gap": text(gap), "region": top.label}
    else:
        said = _("%(gap)s more than the goal of %(region)s.") % {"gap": text(-gap), "region": top.label}
    sign = "neutral" if target is None else "at_risk" if gap else "met"
    return {"sum": text(total), "sum_said": said, "sum_sign": sign}


def _row(target: Target, region: Region, reading: Reading, *, own: bool) -> Row:
    each, text = pace(target, reading.inputs.measures[target.indicator], reading.day), FIGURES[target.indicator].text
    return {
        "region": region.label,
        "url": target_url(region, target.indicator, target.year),
        "own": own,
        "baseline": text(target.baseline_value),
        "baseline_on": target.baseline_on.isoformat(),
        "goal": text(target.goal),
        "actual": text(each.actual),
        "share": f"{each.share} %",
        "status": each.status,
        "status_label": STATUS_LABELS[each.status],
        "mandate": target.mandate,
        "document": target.document,
    }


def target_page(region: Region, indicator: str, year: int, lines: list[Target], reading: Reading) -> Row:
    """One target's standing."""
    figure = FIGURES[indicator]
    standing = lines[0] if lines else None
    each = None if standing is None else pace(standing, reading.inputs.measures[indicator], reading.day)
    return {
        "region": {"name": region.label, "code": region.code},
        "figure": {"name": figure.name, "unit": figure.unit},
        "year": year,
        "metrics": _metrics(each, figure.text, str(figure.unit)),
        "status": each.status if each else "",
        "status_label": STATUS_LABELS[each.status] if each else "",
        "facts": [
            {"label": _("Mandate"), "value": standing.mandate},
            {"label": _("Policy document"), "value": standing.document},
        ]
        if standing
        else [],
    }


def _metrics(each: Pace | None, text: Any, unit: str) -> list[Row]:
    if each is None:
        return []
    target = each.target
    growth = "—" if each.growth is None else f"{each.growth} %"
    gone = _("%(share)s %% of the year gone") % {"share": each.time_share}
    missing = max(target.goal - each.actual, 0)
    return [
        {"label": _("Baseline"), "value": text(target.baseline_value), "unit": unit, "sub": str(target.baseline_on)},
        {"label": _("Goal"), "value": text(target.goal), "unit": unit, "sub": ""},
        {
            "label": _("Actual"),
            "value": text(each.actual),
            "unit": unit,
            "sub": _("%(gap)s missing") % {"gap": text(missing)} if missing else _("reached"),
        },
        {"label": _("Growth reached"), "value": growth, "unit": "", "sub": gone},
    ]


def proposals_of(found: Sequence[Proposal], lines: Sequence[Target], at: datetime) -> Row:
    """The ledger with who proposed and who confirmed each line; the open proposal; those that came to nothing."""
    by_result = {proposal.result_id: proposal for proposal in found}
    still_open = [each for each in found if each.state_at(at) == State.OPEN]
    failed = [each for each in found if each.state_at(at) in (State.REFUSED, State.WITHDRAWN, State.EXPIRED)]
    return {
        "ledger": [_line(line, by_result.get(line.pk), standing=line is lines[0]) for line in lines],
        "open_proposal": open_row(still_open[0]) if still_open else None,
        "failed": [
            {
                "url": reverse("proposal", args=[each.pk]),
                "goal": FIGURES[each.arguments["indicator"]].text(each.arguments["goal"]),
                "proposer": str(each.proposed_by),
                "proposed_on": str(timezone.localdate(each.proposed_at)),
                "state_label": each.state_at(at).label,
                "reason": each.decision_reason or each.reason,
            }
            for each in failed
        ],
    }


def _line(line: Target, proposal: Proposal | None, *, standing: bool) -> Row:
    text = FIGURES[line.indicator].text
    return {
        "recorded": f"{timezone.localtime(line.recorded_at):%Y-%m-%d %H:%M}",
        "baseline": text(line.baseline_value),
        "baseline_on": line.baseline_on.isoformat(),
        "goal": text(line.goal),
        "basis": "；".join(part for part in (line.mandate, line.document) if part) or "—",
        "reason": line.reason or "—",
        "proposer": str(proposal.proposed_by) if proposal else "—",
        "confirmer": str(line.recorded_by) if line.recorded_by else _("loaded with the reference data"),
        "url": reverse("proposal", args=[proposal.pk]) if proposal else "",
        "status": "info" if standing else "neutral",
        "status_label": _("in effect") if standing else _("replaced"),
    }


def open_rows(proposals: Iterable[Proposal], year: int) -> list[Row]:
    """Open proposals for a year."""
    return [open_row(each) for each in proposals if each.arguments["year"] == year]


def open_row(proposal: Proposal) -> Row:
    """One open proposal, in a sentence."""
    figure = FIGURES[proposal.arguments["indicator"]]
    return {
        "url": reverse("proposal", args=[proposal.pk]),
        "label": proposal.label,
        "text": _("goal %(goal)s, proposed by %(person)s, waits for confirmation until %(instant)s")
        % {
            "goal": figure.text(proposal.arguments["goal"]),
            "person": proposal.proposed_by,
            "instant": f"{timezone.localtime(proposal.expires_at):%Y-%m-%d %H:%M}",
        },
    }
