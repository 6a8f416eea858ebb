"""No cell of an export is taken for a formula."""

import pytest

from portal.shared.spreadsheets import csv_text, neutral


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "=cmd|' /C calc'!A0"])
def test_formula_gets_an_apostrophe(cell):
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["托育园", "a=b", "", " ", "1", 12, -4, 1.5, None])
def test_everything_else_stays(cell):
    assert neutral(cell) == cell


def test_file_is_utf8_with_a_mark_that_excel_knows():
    assert csv_text(["名称"], [["甲,乙"], ["=x"]]) == '\ufeff名称\r\n"甲,乙"\r\n\'=x\r\n'
