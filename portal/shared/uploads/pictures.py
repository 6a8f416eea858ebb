"""JPEG and PNG: whole, of a size that can be shown, and nothing behind the picture."""

import re
import zlib

from django.utils.translation import gettext as _

from portal.shared.uploads.refusals import UploadRefused

LONGEST_SIDE = 20_000
MOST_PIXELS = 120_000_000
"""A telephone's largest picture has 108 million pixels; more is a bomb for whoever opens it."""

_PNG_HEAD = 8
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Markers that begin a frame and give its size (ITU-T T.81, table B.1)."""
_MARKER = 0xFF
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_FOREIGN = re.compile(rb"PK\x03\x04|PK\x05\x06|%PDF-|<script|<html|<svg|<\?php|<!doctype|MZ\x90", re.IGNORECASE)


def require_sound_png(data: bytes) -> None:
    """Walk the chunks, each with its check sum, from IHDR to an IEND with nothing behind it. Raises UploadRefused."""
    at, first, ended = _PNG_HEAD, True, False
    while at + 12 <= len(data) and not ended:
        length = int.from_bytes(data[at : at + 4], "big")
        body = data[at + 4 : at + 8 + length]
        check = data[at + 8 + length : at + 12 + length]
        if zlib.crc32(body).to_bytes(4, "big") != check or (first and not _is_header(body)):
            raise _damaged()
        if first:
            _require_size(int.from_bytes(body[4:8], "big"), int.from_bytes(body[8:12], "big"))
        first, ended = False, body[:4] == b"IEND"
        at += 12 + length
    if not ended:
        raise _damaged()
    if at != len(data):
        raise _more_than_a_picture()


def require_sound_jpeg(data: bytes) -> None:
    """Walk the segments to the end of the image; telephones write harmless data behind it. Raises UploadRefused."""
    at, sized = 2, False
    while at + 2 <= len(data):
        if data[at] != _MARKER:
            raise _damaged()
        marker = data[at + 1]
        if marker == _MARKER:
            at += 1
        elif marker in _ALONE:
            at += 2
        elif marker == _END_OF_IMAGE:
            if not sized:
                raise _damaged()
            if _FOREIGN.search(data, at + 2):
                raise _more_than_a_picture()
            return
        else:
            length = int.from_bytes(data[at + 2 : at + 4], "big")
            if marker in _FRAMES:
                _require_size(
                    int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
                )
                sized = True
            at += 2 + max(length, 2)
            if marker == _START_OF_SCAN:
                at = _after_scan(data, at)
    raise _damaged()


def _after_scan(data: bytes, at: int) -> int:
    """Where the next marker stands: packed picture data has no other 0xFF than stuffed ones and restarts."""
    found = _NEXT_MARKER.search(data, at)
    if found is None:
        raise _damaged()
    return found.start()


def _is_header(body: bytes) -> bool:
    return body[:4] == b"IHDR" and len(body) == 17  # noqa: PLR2004  # its name and its 13 bytes


def _require_size(width: int, height: int) -> None:
    if width == 0 or height == 0:
        raise _damaged()
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise UploadRefused(_("The picture has too many pixels. Make it smaller and send it again."), field="file")


def _damaged() -> UploadRefused:
    return UploadRefused(_("The picture is damaged or not complete."), field="file")


def _more_than_a_picture() -> UploadRefused:
    return UploadRefused(_("Behind the picture the file holds something else. Save the picture anew."), field="file")
