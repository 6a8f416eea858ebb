"""`manage.py send_messages`: deliver what is due, by hand instead of by the worker."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from pilots.operations.deliveries import send_due


class Command(BaseCommand):
    """Do what the worker does every minute."""

    help = "Deliver notices and send e-mails that are due, as the worker does every minute."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Send, and print a line for each outcome."""
        outcomes = send_due(at=timezone.now())
        for outcome, count in sorted(outcomes.items()):
            self.stdout.write(f"{outcome} {count}")
        if not outcomes:
            self.stdout.write("Nothing was due.")
