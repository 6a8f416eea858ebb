"""`manage.py create_api_key`: a key for an institution's software."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from pilots.models import Institution
from pilots.operations.people import create_institution_key
from portal.audit.context import RecordedCommand


class Command(RecordedCommand):
    """Make an API key and print it once."""

    help = "Make an API key with which an institution's software reports; the key is printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which institution."""
        parser.add_argument("--institution", required=True, help="public number, such as SJZ-0001")
        parser.add_argument("--label", default="", help="what the key is for")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print nothing but the key, so that a script can take it."""
        try:
            _grant, text = create_institution_key(number=options["institution"], label=options["label"])
        except Institution.DoesNotExist as error:
            raise CommandError(f"There is no institution {options['institution']!r}.") from error
        self.stdout.write(text)
