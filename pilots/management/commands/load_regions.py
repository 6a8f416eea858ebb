"""`manage.py load_regions`: the reference data of every installation."""

from typing import Any

from pilots.operations.reference import load_regions
from portal.audit.context import RecordedCommand


class Command(RecordedCommand):
    """Load Hebei's regions, their points and census population; a second call changes nothing."""

    help = "Load regions, their points and the census population."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Load and say how many are new."""
        self.stdout.write(f"{load_regions()} regions loaded.")
