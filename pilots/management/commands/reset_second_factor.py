"""`manage.py reset_second_factor`: for an administrator who lost the second factor, and has nobody above."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pilots.operations.accounts import reset_second_factor_at_server
from portal.accounts.models import User
from portal.shared.refusals import DomainError


class Command(BaseCommand):
    """Remove the second factors and recovery codes of an account; it stands in the account's ledger."""

    help = "Remove an account's second factors and end its sessions. The next sign-in leads to a new one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and why."""
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="stays readable on the person's page")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Remove them, or say why not."""
        at = timezone.now()
        try:
            reset_second_factor_at_server(username=options["username"], reason=options["reason"], at=at)
        except User.DoesNotExist as error:
            raise CommandError(f"There is no account {options['username']!r}.") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['username']}: no second factor any more.")
