"""`manage.py explain`: a figure with the records it counts."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pilots.management import arguments
from pilots.queries.figures.explaining import explain
from pilots.queries.figures.registry import FIGURES
from pilots.queries.figures.statements import statement
from pilots.queries.steady import one_instant


class Command(BaseCommand):
    """Print one figure's definition, value and records."""

    help = "Print a figure's definition, value and the records it counts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Figure, region, day, form."""
        parser.add_argument("figure", help="figure code, such as pilots_total")
        parser.add_argument("--region", required=True, help="six-digit region code, such as 130100")
        parser.add_argument("--as-of", type=arguments.day, default=None, help="YYYY-MM-DD; yesterday by default")
        parser.add_argument("--json", action="store_true", help="one JSON object with all records")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Explain and print."""
        figure = FIGURES.get(options["figure"])
        if figure is None:
            raise CommandError(f"There is no figure {options['figure']!r}. Figures: {', '.join(sorted(FIGURES))}")
        day = options["as_of"] or arguments.yesterday()
        with one_instant():
            stated = statement(explain(figure, arguments.region(options["region"]), day))
        if options["json"]:
            self.stdout.write(json.dumps(stated, ensure_ascii=False, indent=2))
            return
        self.stdout.write(f"{stated['name']}: {figure.text(stated['value'])} {stated['unit']} ({stated['as_of']})")
        self.stdout.write(stated["definition"])
        for record in stated["records"]:
            self.stdout.write(f"{record['value']:>10}  {record['code']:<12} {record['region']:<8} {record['name']}")
