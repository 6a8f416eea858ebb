"""What is left to see of a person's numbers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.shared.masking import mask_id_number, mask_phone


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812341234", "138****1234"),
        (" 138 1234 1234 ", "138****1234"),
        ("138-1234-1234", "138****1234"),
        ("+86 13812341234", "138****1234"),
        ("86-138-1234-1234", "138****1234"),
        ("0311-88891234", "0311-****1234"),
        ("031188891234", "0311-****1234"),
        ("(0311) 8889 1234", "0311-****1234"),
        ("0311-88891234转801", "0311-****1234"),
        ("010-12345678", "010-****5678"),
        ("021 12345678", "021-****5678"),
        ("88891234", "****1234"),
        ("4008001234", "****1234"),
        ("8889123", "****"),
        ("12345", "****"),
        ("ask the guard", "****"),
        ("", ""),
    ],
)
def test_phone(number, shown):
    assert mask_phone(number) == shown


@given(st.from_regex(r"1\d{10}|0\d{2,3}-?\d{7,8}|\d{3,20}", fullmatch=True))
def test_at_least_four_digits_of_a_phone_are_hidden(number):
    digits = re.sub(r"\D", "", number)
    left = re.sub(r"\D", "", mask_phone(number))
    assert len(digits) - len(left) >= min(4, len(digits)) or len(digits) < 11
    assert digits not in mask_phone(number)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("130102201901011234", "130***********1234"),
        ("13010220190101123x", "130***********123X"),
        ("1301022019010112", "*" * 16),
        ("G12345678", "*" * 9),
        ("", ""),
    ],
)
def test_id_number(number, shown):
    assert mask_id_number(number) == shown
