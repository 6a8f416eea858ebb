"""`manage.py figures`: the figures of a region on a day."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from pilots.management import arguments
from pilots.queries.figures.reading import read
from pilots.queries.figures.registry import FIGURES
from pilots.queries.figures.statements import values


class Command(BaseCommand):
    """Print every figure of one region on one day."""

    help = "Print the figures of a region on a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Region, day, form."""
        parser.add_argument("--region", required=True, help="six-digit region code, such as 130100")
        parser.add_argument("--as-of", type=arguments.day, default=None, help="YYYY-MM-DD; yesterday by default")
        parser.add_argument("--json", action="store_true", help="one JSON object: figure code → value")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read and print."""
        reading = read(arguments.region(options["region"]), options["as_of"] or arguments.yesterday())
        if options["json"]:
            self.stdout.write(json.dumps(values(reading), ensure_ascii=False, indent=2))
            return
        for code, value in reading.values.items():
            figure = FIGURES[code]
            self.stdout.write(f"{code:<34}{figure.text(value.number):>14} {figure.unit}  {figure.name}")
