"""Tables for spreadsheet programs, in which no cell is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
BYTE_ORDER_MARK = "\ufeff"
"""By it Excel knows UTF-8."""


def neutral(cell: object) -> object:
    """The cell; with an apostrophe before text that a spreadsheet program would run as a formula.

    Numbers stay numbers; a text may begin with a minus sign only behind the apostrophe.
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def csv_text(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """The table as CSV with a byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([neutral(str(cell)) for cell in head])
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + text.getvalue()


def csv_response(name: str, head: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """The table as a file to keep; `name` is in plain letters."""
    response = HttpResponse(csv_text(head, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
