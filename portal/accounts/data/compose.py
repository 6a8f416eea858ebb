"""Compose the list of refused passwords: `python -m portal.accounts.data.compose`. See README.md beside it."""

import gzip
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import django.contrib.auth.password_validation as rules

HERE = Path(__file__).parent
LIST = HERE / "breached_passwords.txt.gz"

SOURCE = HERE / "words.txt"
SECTIONS = {
    head.strip(): words.split()
    for head, _line, words in (part.partition("\n") for part in SOURCE.read_text(encoding="utf-8").split("# ")[1:])
}
SURNAMES, GIVEN, WORDS, NUMBERS = (SECTIONS[name] for name in ("surnames", "given", "words", "numbers"))
ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "!@#$%^&*()")
COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/")


def walks() -> Iterator[str]:
    """What fingers draw on a keyboard."""
    for row in ROWS:
        for line in (row, row[::-1]):
            for start, end in product(range(len(line)), repeat=2):
                if end - start >= 3:  # noqa: PLR2004  # four keys
                    yield line[start : end + 1]
                    yield line[start : end + 1] * 2
    for columns in (COLUMNS, COLUMNS[::-1]):
        for start, end in product(range(len(columns)), repeat=2):
            if end > start:
                yield "".join(columns[start : end + 1])
                yield "".join(column[1:] for column in columns[start : end + 1])
    pairs = [a + b for a, b in zip(ROWS[0], ROWS[1], strict=True)]
    for count in range(3, len(pairs) + 1):
        yield "".join(pairs[:count])
        yield "".join(pair[::-1] for pair in pairs[:count])


def chinese() -> Iterator[str]:
    """Names and words in pinyin, alone and joined."""
    yield from WORDS
    yield from (surname + given for surname, given in product(SURNAMES, GIVEN))
    yield from (first + second for first, second in product(WORDS, WORDS) if len(first + second) <= 12)  # noqa: PLR2004
    yield from (f"{word}{name}" for word, name in product(("woaini", "woai", "iloveyou"), (*SURNAMES, *GIVEN)))
    yield from (f"woaini{surname}{given}" for surname, given in product(SURNAMES, GIVEN))
    yield from (f"{word}{number}" for word, number in product(("a", "q", "qq", "w", "aa", "abc", "woaini"), NUMBERS))


def main() -> None:
    """Write the list, sorted, one password a line; the same input gives the same bytes."""
    with gzip.open(Path(rules.__file__).parent / "common-passwords.txt.gz", "rt", encoding="utf-8") as source:
        found = {line.strip().lower() for line in source}
    found |= {*NUMBERS, *walks(), *chinese()}
    text = "\n".join(sorted(each for each in found if each)) + "\n"
    LIST.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


if __name__ == "__main__":
    main()
