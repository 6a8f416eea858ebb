"""`manage.py restore_account`: for an administrator who is locked out, and has nobody above."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pilots.operations.accounts import restore_account
from portal.accounts.models import User
from portal.shared.refusals import DomainError


class Command(BaseCommand):
    """Switch an account on, give it a new initial password and print that once; it stands in the account's ledger."""

    help = "Switch an account on and print a new initial password once. Roles are not touched."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and why."""
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="stays readable on the person's page")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the initial password alone."""
        try:
            _user, password = restore_account(username=options["username"], reason=options["reason"], at=timezone.now())
        except User.DoesNotExist as error:
            raise CommandError(f"There is no account {options['username']!r}.") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(password)
