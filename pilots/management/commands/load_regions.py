"""`manage.py load_regions`: the reference data of every installation."""

from typing import Any

from django.core.management.base import BaseCommand

from pilots.operations.reference import load_regions


class Command(BaseCommand):
    """Load Hebei's regions, their points and census population; a second call changes nothing."""

    help = "Load regions, their points and the census population."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Load and say how many are new."""
        self.stdout.write(f"{load_regions()} regions loaded.")
