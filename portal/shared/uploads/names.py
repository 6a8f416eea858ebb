"""The name under which a file is shown and offered: its sender's, without anything that could mislead or lead away."""

import re
import unicodedata

LONGEST = 80
LONGEST_BYTES = 180
"""Of the name without its extension; file systems take 255 bytes, and a Chinese character has three."""

_FORBIDDEN = re.compile(r'[<>:"|?*]')
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def display_name(given: str, extension: str) -> str:
    """`C:/x/营业执照.exe` with extension `pdf` → `营业执照.pdf`; the extension is the content's, never the sender's."""
    name = unicodedata.normalize("NFC", given).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(letter for letter in name if unicodedata.category(letter) not in _HIDDEN)
    stem = _EXTENSION.sub("", name.strip())
    stem = re.sub(r"\s+", " ", _FORBIDDEN.sub("_", stem)).strip(" .")[:LONGEST]
    stem = stem.encode()[:LONGEST_BYTES].decode(errors="ignore").strip(" .")
    if not stem or _DEVICES.match(stem):
        stem = f"file{'_' + stem if stem else ''}"
    return f"{stem}.{extension}"
