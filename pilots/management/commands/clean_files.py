"""Remove stored files that no row names."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from pilots.operations.files import left_over_files, remove_left_over_files


class Command(BaseCommand):
    """What beat does every week, by hand."""

    help = "Remove stored files that no document names and that are older than a day."

    def add_arguments(self, parser: Any) -> None:
        """Whether only to list."""
        parser.add_argument("--dry-run", action="store_true", help="list them, and remove nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Name each, and say how many of how many."""
        act = left_over_files if options["dry_run"] else remove_left_over_files
        found = act(at=timezone.now())
        for path in found.paths:
            self.stdout.write(path.name)
        self.stdout.write(f"{len(found.paths)} of {found.judged} files older than a day had no row.")
