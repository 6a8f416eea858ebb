"""What a figure is, and the units in which figures are stated."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from pilots.queries.figures.sources import Inputs, Source, Value

INSTITUTIONS = pgettext_lazy("unit", "institutions")
PILOTS = pgettext_lazy("unit", "pilots")
PLACES = pgettext_lazy("unit", "places")
CHILDREN = pgettext_lazy("unit", "children")
KINDERGARTENS = pgettext_lazy("unit", "kindergartens")
COUNTIES = pgettext_lazy("unit", "county units")
TYPES = pgettext_lazy("unit", "types")
PEOPLE = pgettext_lazy("unit", "people")
PROJECTS = pgettext_lazy("unit", "projects")
YEARS = pgettext_lazy("unit", "years")
YEAR = pgettext_lazy("unit", "year")
PERCENT = "%"
PER_THOUSAND = "‰"

Text = str | Promise


@dataclass(frozen=True)
class Figure:
    """One figure of the programme. A change of definition or source raises `version`."""

    code: str
    name: Text
    unit: Text
    definition: Text
    source: Source
    version: int = 1

    def value(self, inputs: Inputs) -> Value:
        """The figure's value for one region and day."""
        return self.source.value(inputs)

    @property
    def digits(self) -> int:
        """Decimals with which the value is stated."""
        return getattr(self.source, "digits", 0)

    def text(self, number: int | Decimal | None) -> str:
        """The value as readers see it, without its unit; an em dash where it cannot be stated."""
        if number is None:
            return "—"
        grouped = self.unit is not YEAR
        return number_format(number, decimal_pos=self.digits, use_l10n=True, force_grouping=grouped)
