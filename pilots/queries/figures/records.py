"""Lists of records behind a number: what each is, and how much of the number it makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db.models import F, Q, Sum, Value
from django.db.models.functions import Coalesce

from pilots.models.register import RegisterQuerySet
from pilots.queries.figures.measures import Counted
from pilots.queries.search import matching


@dataclass(frozen=True)
class Record:
    """One record that a number counts."""

    kind: str
    """institution, county, region_fact, target, pilot_type, code or rule"""
    code: str
    """Public number or code."""
    name: str
    region: str
    """Code of the region it belongs to; empty for rules and code lists."""
    value: int
    """What it adds to the number."""
    reported_on: str = ""
    """Day of the capacity report its value comes from, ISO; empty where it comes from none."""
    parts: tuple[str, ...] = ()
    """Public numbers of institutions that make this record count, for counties and types."""


class Records(Protocol):
    """A list of records that is counted, summed, searched and paged without being read whole."""

    def count(self) -> int:
        """How many records."""

    def total(self) -> int:
        """Sum of their values: the number itself."""

    def search(self, text: str) -> "Records":
        """Those whose number or name matches."""

    def page(self, start: int, stop: int) -> Sequence[Record]:
        """Records `start` to `stop` in the list's order."""


@dataclass(frozen=True)
class ListedRecords:
    """Few records, held in memory."""

    rows: tuple[Record, ...]

    def count(self) -> int:
        """How many records."""
        return len(self.rows)

    def total(self) -> int:
        """Sum of their values."""
        return sum(row.value for row in self.rows)

    def search(self, text: str) -> "ListedRecords":
        """Those whose code or name contains the text, whatever its case."""
        wanted = text.casefold()
        return ListedRecords(tuple(row for row in self.rows if wanted in f"{row.code} {row.name}".casefold()))

    def page(self, start: int, stop: int) -> Sequence[Record]:
        """A slice."""
        return self.rows[start:stop]


@dataclass(frozen=True)
class RegisterRecords:
    """Institutions of the register under the very condition by which the measure counts them."""

    rows: RegisterQuerySet
    counted: Counted

    def count(self) -> int:
        """How many institutions."""
        return self.rows.count()

    def total(self) -> int:
        """Institutions, or the sum of their places or enrolled children."""
        if self.counted == "institutions":
            return self.rows.count()
        total: int = self.rows.aggregate(total=Coalesce(Sum(self.counted), 0))["total"]
        return total

    def search(self, text: str) -> "RegisterRecords":
        """Those whose name, pinyin initials, number, credit code or address matches."""
        return RegisterRecords(self.rows.filter(matching(text, prefix="institution__")), self.counted)

    def page(self, start: int, stop: int) -> Sequence[Record]:
        """A slice in the order of the public numbers."""
        value = Value(1) if self.counted == "institutions" else F(self.counted)
        rows = self.rows.order_by("institution__number").annotate(contributes=value)
        fields = ("institution__number", "institution__name", "county_id", "contributes", "reported_on")
        return [
            Record("institution", number, name, county, number_of, reported_on.isoformat() if reported_on else "")
            for number, name, county, number_of, reported_on in rows.values_list(*fields)[start:stop]
        ]


def where(rows: RegisterQuerySet, condition: Q) -> RegisterQuerySet:
    """The rows under a condition; an empty condition keeps all."""
    return rows.filter(condition) if condition else rows
