"""The night run of the nation, beside the bare aggregate of the same facts, and beside itself with less history.

Each round, in both databases: a seventh of the institutions reports for one more day; then, in turns, the night run of
that day as beat would start it, and the control. The control's answer must be what the night run stored.
"""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from bench import aggregate, server
from bench.nation import LAST_DAY, Nation, full, tenth
from bench.reports import record_reports_of
from bench.results import Result, medians, progress, seconds_of
from bench.upkeep import settle
from pilots.models import NightRun
from pilots.operations.nightly import compute_days, run_night
from portal.shared.watermark import settled_until

LIMIT = 1.5
HISTORY_LIMIT = 1.2
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
LATE_ROUNDS = 3
LATE_DAYS = 3

Samples = dict[str, list[float]]


def run() -> Result:
    """Measure and judge."""
    whole, part = full(), tenth()
    samples: Samples = {}
    with server.database(whole.database):
        controls = {
            "control": aggregate.fastest(LAST_DAY, settled_until(), workers=0),
            "parallel_control": aggregate.fastest(LAST_DAY, settled_until(), workers=2),
        }
    for number in range(ROUNDS + 1):
        day = LAST_DAY + timedelta(days=number + 1)
        round_of = _round(day, whole, part, controls, turn=number)
        progress(f"{day}: " + ", ".join(f"{name} {seconds:.3f} s" for name, seconds in round_of.items()))
        if number > 0:  # the first round warms up
            for name, seconds in round_of.items():
                samples.setdefault(name, []).append(seconds)
    for number in range(ROUNDS + 1, ROUNDS + 1 + LATE_ROUNDS):
        samples.setdefault("late", []).append(_late_night(LAST_DAY + timedelta(days=number + 1), whole))
    return _result(samples, {name: str(control) for name, control in controls.items()})


def _round(
    day: date, whole: Nation, part: Nation, controls: dict[str, aggregate.Aggregate], *, turn: int
) -> dict[str, float]:
    """One night in both databases; every second round in the opposite order."""
    for nation in (whole, part):
        with server.database(nation.database):
            count = record_reports_of(day)
            settle()
    acts: dict[str, tuple[Nation, Callable[[], object]]] = {
        "night": (whole, partial(_night, day)),
        **{name: (whole, partial(_control, each, day)) for name, each in controls.items()},
        "tenth_night": (part, partial(_night, day)),
        "tenth_control": (part, partial(_control, controls["control"], day)),
    }
    names = list(acts) if turn % 2 == 0 else list(reversed(acts))
    taken = {}
    for name in names:
        nation, act = acts[name]
        with server.database(nation.database):
            taken[name] = seconds_of(act)
    with server.database(whole.database):
        taken["recompute"] = seconds_of(lambda: compute_days(first=day, last=day, trigger=NightRun.Trigger.COMMAND))
    _verify(day, whole, part, controls)
    assert count
    return {name: taken[name] for name in (*acts, "recompute")}


def _late_night(day: date, whole: Nation) -> float:
    """How long the night run takes when one in fifty institutions has also reported for the three days before."""
    with server.database(whole.database):
        record_reports_of(day)
        for late in range(1, LATE_DAYS + 1):
            record_reports_of(day - timedelta(days=late), one_in=50)
        settle()
        return seconds_of(partial(_night, day, recomputed=LATE_DAYS))


def _night(day: date, recomputed: int = 0) -> None:
    """What beat asks for at two o'clock in the morning after `day`."""
    two_o_clock = datetime.combine(day, time(18), UTC)
    night = run_night(trigger=NightRun.Trigger.SCHEDULE, clock=lambda: two_o_clock)
    filled = [line.day for line in night.filled]
    if filled != [day] or len(night.recomputed) != recomputed:
        message = f"the night run of {day} filled {filled} and recomputed {len(night.recomputed)} days"
        raise AssertionError(message)


def _control(control: aggregate.Aggregate, day: date) -> list[tuple[Any, ...]]:
    return control.rows(day, settled_until())


def _verify(day: date, whole: Nation, part: Nation, controls: dict[str, aggregate.Aggregate]) -> None:
    """All three ways to the figures of the day agree, in every county unit and measure."""
    with server.database(part.database):
        found = [aggregate.stored(day)]
    with server.database(whole.database):
        found += [aggregate.stored(day), *(_control(each, day) for each in controls.values())]
    if any(rows != found[0] for rows in found):
        message = f"night run and control disagree on {day}"
        raise AssertionError(message)


def _result(samples: Samples, controls: dict[str, str]) -> Result:
    middle = medians(samples)
    ratio = middle["night"] / middle["control"]
    history_ratio = middle["night"] / middle["tenth_night"]
    checks = {"ratio": ratio <= LIMIT, "history_ratio": history_ratio <= HISTORY_LIMIT}
    return Result(
        name="nightly",
        seconds=middle["night"],
        control_seconds=middle["control"],
        limit=LIMIT,
        limit_on="ratio",
        over=[name for name, kept in checks.items() if not kept],
        details={
            "history_ratio": history_ratio,
            "history_limit": HISTORY_LIMIT,
            "tenth_seconds": middle["tenth_night"],
            "tenth_ratio": middle["tenth_night"] / middle["tenth_control"],
            "recompute_seconds": middle["recompute"],
            "recompute_ratio": middle["recompute"] / middle["control"],
            "late_seconds": middle["late"],
            "late_days": LATE_DAYS,
            "parallel_control_seconds": middle["parallel_control"],
            "parallel_ratio": middle["night"] / middle["parallel_control"],
            "controls": controls,
            "rounds": ROUNDS,
            "samples": samples,
        },
    )
