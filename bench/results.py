"""What a benchmark answers: one JSON line, and whether it kept its limits."""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal

_begun = time.monotonic()


@dataclass(frozen=True)
class Result:
    """Figures of one benchmark; `over` names each limit that was not kept."""

    name: str
    seconds: float
    control_seconds: float
    limit: float
    limit_on: Literal["ratio", "seconds"]
    over: list[str]
    details: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """The JSON line."""
        figures = {
            "name": self.name,
            "seconds": self.seconds,
            "control_seconds": self.control_seconds,
            "ratio": self.seconds / self.control_seconds,
            "limit": self.limit,
            "limit_on": self.limit_on,
            "over": self.over,
            **self.details,
            "load_average": os.getloadavg()[0],
        }
        return json.dumps(_rounded(figures), ensure_ascii=False)


def progress(text: str) -> None:
    """Say on standard error what is going on; standard output is for results."""
    sys.stderr.write(f"[{time.monotonic() - _begun:7.1f} s] {text}\n")
    sys.stderr.flush()


def seconds_of(act: Callable[[], object]) -> float:
    """How long a call takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def medians(samples: dict[str, list[float]]) -> dict[str, float]:
    """The median of each list of samples."""
    return {name: median(values) for name, values in samples.items()}


def _rounded(value: Any) -> Any:
    """Seconds and ratios with four decimals, however deep."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value
