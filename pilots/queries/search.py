"""Search of institutions by name, pinyin initials, public number, credit code or address."""

from django.db.models import Q
from pypinyin import Style, lazy_pinyin


def search_text(*parts: str) -> str:
    """What an institution is found by: its texts in lower case, and the pinyin initials of the first (its name)."""
    initials = "".join(lazy_pinyin(parts[0], style=Style.FIRST_LETTER, errors="ignore"))
    return " ".join(part for part in (*parts, initials) if part).lower()


def matching(text: str, *, prefix: str = "") -> Q:
    """A condition that every word of the text occurs; an empty text matches all."""
    condition = Q()
    for word in text.lower().split():
        condition &= Q(**{f"{prefix}search_text__contains": word})
    return condition
