"""Numbers of people as everyone may see them. What is hidden is replaced, not left out, so that its place shows."""

import re

_MOBILE = re.compile(r"1\d{10}")
_SHOWN_AT_THE_END = 4
_SHOWN_OF_A_SHORT_NUMBER = 7


def mask_phone(number: str) -> str:
    """`138****1234`; of any other number its last four digits; nothing of one too short to hide a part of it."""
    text = number.strip()
    digits = re.sub(r"\D", "", text)
    if _MOBILE.fullmatch(digits):
        return f"{digits[:3]}****{digits[-_SHOWN_AT_THE_END:]}"
    if len(digits) > _SHOWN_OF_A_SHORT_NUMBER:
        return f"****{digits[-_SHOWN_AT_THE_END:]}"
    return "****" if text else ""
