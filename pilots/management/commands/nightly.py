"""`manage.py nightly`: the night run, by hand."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError

from pilots.management import arguments
from pilots.models import NightRun
from pilots.operations.nightly import compute_days, run_night
from portal.audit.context import RecordedCommand
from portal.shared.refusals import DomainError

PATIENCE = timedelta(minutes=30)
"""How long the command waits for a night run that is at work."""


class Command(RecordedCommand):
    """Compute what the night run would, or named days."""

    help = "Run the night run: missed and stale days, or the days named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which days."""
        parser.add_argument("--day", type=arguments.day, help="compute this day only")
        parser.add_argument("--from", dest="first", type=arguments.day, help="compute from this day")
        parser.add_argument("--to", dest="last", type=arguments.day, help="to this day, included")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run and print a line for each computed day."""
        day, first, last = options["day"], options["first"], options["last"]
        if day and (first or last):
            raise CommandError("Give --day, or --from and --to, not both.")
        if bool(first) != bool(last) or (first and first > last):
            raise CommandError("--from and --to go together, and --from is not after --to.")
        try:
            runs = self._run(first or day, last or day)
        except DomainError as error:
            raise CommandError(str(error)) from error
        for run in runs:
            self.stdout.write(
                f"{run.day}  rows {run.rows}  changed {run.rows_changed}  {run.seconds:.3f} s  {run.checksum}"
            )
        if not runs:
            self.stdout.write("Nothing to compute.")

    def _run(self, first: Any, last: Any) -> list[NightRun]:
        if first is not None:
            return compute_days(first=first, last=last, trigger=NightRun.Trigger.COMMAND, patience=PATIENCE)
        night = run_night(trigger=NightRun.Trigger.COMMAND, patience=PATIENCE)
        return [*night.recomputed, *night.filled]
