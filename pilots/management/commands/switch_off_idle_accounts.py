"""`manage.py switch_off_idle_accounts`: what the night does, by hand."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from pilots.operations.accounts import switch_off_idle_accounts


class Command(BaseCommand):
    """Switch off accounts that were not used for IDLE_ACCOUNT_DAYS, and list them."""

    help = "Switch off every account that nobody used for IDLE_ACCOUNT_DAYS; a second call finds none."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print one user name a line, then how many."""
        users = switch_off_idle_accounts(at=timezone.now())
        for user in users:
            self.stdout.write(user.username)
        self.stdout.write(f"{len(users)} accounts switched off.")
