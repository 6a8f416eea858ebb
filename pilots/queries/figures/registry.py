"""The registry of figures. Everything that shows a number reads its name, definition and source here.

Codes of figures that the news report of 2021 states are that report's; docs/figures.md is generated from here.
"""

from pilots.queries.figures.coverage import COVERAGE
from pilots.queries.figures.definition import Figure
from pilots.queries.figures.programme import PROGRAMME
from pilots.queries.figures.supply import SUPPLY

FIGURES: dict[str, Figure] = {figure.code: figure for figure in (*COVERAGE, *SUPPLY, *PROGRAMME)}
