"""PDF without anything that acts: scripts, programs to launch, files inside, forms that send themselves."""

import re
import zlib
from itertools import pairwise

from django.utils.translation import gettext as _

from portal.shared.uploads.refusals import UploadRefused

_HEADER = re.compile(rb"%PDF-[12]\.\d")
_END = b"%%EOF"
_TAIL = 1024
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToE)(?![A-Za-z0-9_])"
    rb"|/XFA\s*(?:\[|\d+\s+\d+\s+R)"
)
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9_])")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECT_STREAM = re.compile(rb"/ObjStm(?![A-Za-z0-9_])")
_STREAM = re.compile(rb"(?P<begins>(?<!end)stream\r?\n)|endstream")
_DICTIONARY = 2048
MOST_UNPACKED = 64 * 1024 * 1024
"""Objects of a PDF may be packed; so many bytes of them are looked through, and a file with more is refused."""


def require_sound_pdf(data: bytes) -> None:
    """Raise UploadRefused for what is no whole PDF, is encrypted, or holds anything that acts.

    Names may be written with escapes (`/J#61vaScript`) and objects may be packed; both are undone first. Encrypted
    files cannot be looked into.
    """
    if _HEADER.match(data) is None or _END not in data[-_TAIL:]:
        raise UploadRefused(_("The PDF is damaged or not complete."), field="file")
    plain = _unescaped(data)
    if _ENCRYPTED.search(plain):
        raise UploadRefused(_("The PDF has a password or restrictions. Save it without them."), field="file")
    if _ACTIVE.search(plain) or any(_ACTIVE.search(_unescaped(packed)) for packed in _packed_objects(data)):
        raise UploadRefused(
            _("The PDF holds a script, an attachment or a form that acts. Print it to a new PDF and send that."),
            field="file",
        )


def _unescaped(data: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: bytes([int(found.group(1), 16)]), data)


def _packed_objects(data: bytes) -> list[bytes]:
    """The contents of the file's object streams."""
    found, left = [], MOST_UNPACKED
    marks = list(_STREAM.finditer(data))
    for mark, behind in pairwise([*marks, None]):
        if mark is None or not mark["begins"]:
            continue
        if not _OBJECT_STREAM.search(_unescaped(data[max(0, mark.start() - _DICTIONARY) : mark.start()])):
            continue
        packed = data[mark.end() : behind.start() if behind else len(data)]
        unpacked = _inflated(packed, left + 1)
        left -= len(unpacked)
        if left < 0:
            raise UploadRefused(_("The PDF unpacks to far more than it is. Print it to a new PDF."), field="file")
        found.append(unpacked)
    return found


def _inflated(packed: bytes, most: int) -> bytes:
    """What the stream unpacks to; the stream itself where it is not packed this way or is damaged."""
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return packed[:most]
