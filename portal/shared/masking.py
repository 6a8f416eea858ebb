"""Numbers of people as everyone may see them. What is hidden is replaced, not left out, so that its place shows."""

import re

_MOBILE = re.compile(r"1\d{10}")
_ID_NUMBER_LENGTH = 18
_SHOWN_AT_THE_END = 4
_SHOWN_OF_A_SHORT_NUMBER = 7


def mask_phone(number: str) -> str:
    """`138****1234`, `0311-****1234`; nothing of a number that is too short to hide a part of it.

    The middle is hidden whatever it is written with (spaces, hyphens, +86), and an extension with it.
    """
    text = number.strip()
    digits = re.sub(r"\D", "", text)
    national = digits[2:] if digits.startswith("86") and _MOBILE.fullmatch(digits[2:]) else digits
    if _MOBILE.fullmatch(national):
        return f"{national[:3]}****{national[-_SHOWN_AT_THE_END:]}"
    area = re.match(r"0(?:10|2\d|[3-9]\d{2})(?=\D*\d{7,8}(?:\D|$))", re.sub(r"[()（）\s]", "", text))
    if area is not None:
        subscriber = re.sub(r"\D", "", re.split(r"转|ext|x|#", text, maxsplit=1, flags=re.IGNORECASE)[0])
        return f"{area.group()}-****{subscriber[-_SHOWN_AT_THE_END:]}"
    if len(digits) > _SHOWN_OF_A_SHORT_NUMBER:
        return f"****{digits[-_SHOWN_AT_THE_END:]}"
    return "****" if text else ""


def mask_id_number(number: str) -> str:
    """A resident's ID number (GB 11643-1999, 18 characters): the first three and the last four, `130***********123X`.

    Neither county nor day of birth stays. Whatever is no such number is hidden whole.
    """
    text = number.strip()
    if not text:
        return ""
    if len(text) != _ID_NUMBER_LENGTH or re.fullmatch(r"\d{17}[\dXx]", text) is None:
        return "*" * len(text)
    return f"{text[:3]}{'*' * 11}{text[-_SHOWN_AT_THE_END:].upper()}"
