"""Stored files that no row names: an upload writes its file before its row, and the row may not be kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pilots.queries.documents import known_keys
from portal.shared.uploads import orphans

GRACE = timedelta(days=1)
"""A file younger than this may belong to a row that is about to come."""


@dataclass(frozen=True)
class LeftOver:
    """Files without a row, and how many were old enough to be judged."""

    paths: list[Path]
    judged: int


def left_over_files(*, at: datetime) -> LeftOver:
    """Find them. Files first, rows after: a row that comes in between belongs to a file younger than a day."""
    candidates = list(orphans(frozenset(), before=(at - GRACE).timestamp()))
    known = set(known_keys())
    return LeftOver([path for path in candidates if path.name not in known], len(candidates))


def remove_left_over_files(*, at: datetime) -> LeftOver:
    """Remove them. A second call finds none; what another one removed meanwhile is gone as well."""
    found = left_over_files(at=at)
    for path in found.paths:
        path.unlink(missing_ok=True)
    return found
