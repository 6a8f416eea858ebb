"""Documents that are made from code are the code's."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from pilots.queries.figures.registry import FIGURES
from pilots.states.notice_kinds import KINDS
from pilots.states.notices import Severity

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_data_dictionary_is_up_to_date():
    out = io.StringIO()
    call_command("data_dictionary", stdout=out)
    assert (DOCS / "figures.md").read_text(encoding="utf-8") == out.getvalue()


@pytest.mark.parametrize("code", FIGURES)
def test_every_figure_has_name_definition_and_unit_in_both_languages(code):
    figure = FIGURES[code]
    (row,) = [
        line for line in (DOCS / "figures.md").read_text(encoding="utf-8").splitlines() if f"`{code}` | " in line[:60]
    ]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert len(cells) == 8
    assert all(cells)
    assert cells[1] != cells[2]
    assert figure.version == int(cells[7])


@pytest.mark.parametrize("code", KINDS)
def test_every_kind_of_notice_stands_in_the_document(code):
    kind = KINDS[code]
    lines = (DOCS / "messages.md").read_text(encoding="utf-8").splitlines()
    (row,) = [line for line in lines if line.startswith(f"| `{code}` |")]
    _code, topic, readers, parameters = [cell.strip() for cell in row.strip("|").split("|")]
    assert topic == kind.topic + (", urgent" if kind.severity == Severity.URGENT else "")
    assert len(readers.split(", ")) >= len(kind.readers)
    assert {each.strip("` ") for each in parameters.split(",")} - {"—"} == kind.parameters


def test_no_other_kind_stands_in_the_document():
    lines = (DOCS / "messages.md").read_text(encoding="utf-8").splitlines()
    assert {line.split("`")[1] for line in lines if line.startswith("| `")} == set(KINDS)
