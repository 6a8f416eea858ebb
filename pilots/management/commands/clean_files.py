"""Remove stored files that no row names."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from pilots.queries.documents import known_keys
from portal.shared.uploads import orphans

GRACE_SECONDS = 24 * 60 * 60


class Command(BaseCommand):
    """An upload writes its file before its row; where the row was not kept, the file is left over."""

    help = "Remove stored files that no document names and that are older than a day."

    def add_arguments(self, parser: Any) -> None:
        """Whether only to list."""
        parser.add_argument("--dry-run", action="store_true", help="list them, and remove nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Files first, rows after: a row that comes in between belongs to a file younger than a day."""
        candidates = list(orphans(frozenset(), before=time.time() - GRACE_SECONDS))
        known = set(known_keys())
        left = [path for path in candidates if path.name not in known]
        for path in left:
            self.stdout.write(path.name)
            if not options["dry_run"]:
                path.unlink(missing_ok=True)
        self.stdout.write(f"{len(left)} of {len(candidates)} files older than a day had no row.")
