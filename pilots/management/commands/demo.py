"""`manage.py demo`: load the demonstration and print its accounts."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError

from pilots.models import NightRun
from pilots.operations.demo import BASELINE_DAY, CITY, REFERENCE_DAY, DemoRefused, load_demo
from pilots.operations.nightly import compute_days
from pilots.queries.runs import latest_run
from portal.audit.context import RecordedCommand

PATIENCE = timedelta(minutes=5)


class Command(RecordedCommand):
    """Load regions, the reference case, targets and an account for every role; a second call changes nothing."""

    help = "Load the demonstration (Shijiazhuang 2021) and print its accounts. Refused in production."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Load and print."""
        try:
            demo = load_demo()
        except DemoRefused as error:
            raise CommandError(str(error)) from error
        for day in (BASELINE_DAY, REFERENCE_DAY):
            if latest_run(day) is None:
                compute_days(first=day, last=day, trigger=NightRun.Trigger.COMMAND, patience=PATIENCE)
        self.stdout.write(f"{demo.institutions} institutions of the demonstration; see {CITY} on {REFERENCE_DAY}.")
        self.stdout.write("")
        self.stdout.write(f"{'user':<16}{'password':<18}role")
        for account in demo.accounts:
            self.stdout.write(f"{account.username:<16}{account.password:<18}{account.role} {account.place}")
