"""Figures and explanations as plain data, the same over REST and on the command line."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from pilots.queries.figures.explaining import Explanation
from pilots.queries.figures.reading import Reading
from pilots.queries.figures.records import Records

Number = int | float | None


def plain(number: int | Decimal | None) -> Number:
    """A number as JSON has it; two decimals survive a float."""
    return float(number) if isinstance(number, Decimal) else number


def values(reading: Reading) -> dict[str, Number]:
    """Figure code → value, for every figure; null where a figure cannot be stated."""
    return {code: plain(value.number) for code, value in reading.values.items()}


def statement(explanation: Explanation, *, limit: int | None = None) -> dict[str, Any]:
    """A figure with its definition, value and the records it counts (at most `limit` of each list)."""
    figure, value = explanation.figure, explanation.value
    denominator = explanation.denominator_records
    return {
        "figure": figure.code,
        "name": str(figure.name),
        "unit": str(figure.unit),
        "definition": str(figure.definition),
        "version": figure.version,
        "region": explanation.region.code,
        "as_of": explanation.day.isoformat(),
        "known_at": explanation.known_at.isoformat() if explanation.known_at else None,
        "value": plain(value.number),
        "numerator": value.numerator,
        "denominator": value.denominator,
        "records_count": explanation.records.count(),
        "records_total": explanation.records.total(),
        "records": listed(explanation.records, limit),
        "denominator_records_count": denominator.count() if denominator else None,
        "denominator_records_total": denominator.total() if denominator else None,
        "denominator_records": listed(denominator, limit) if denominator else None,
    }


def listed(records: Records, limit: int | None = None) -> list[dict[str, Any]]:
    """Records as objects."""
    stop = records.count() if limit is None else limit
    return [asdict(record) for record in records.page(0, stop)]
