"""PDF without anything that acts: scripts, programs to launch, files inside, forms that send themselves."""

import re
import zlib
from collections.abc import Iterator

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
_ODD_PACKING = re.compile(rb"/(?:ASCIIHexDecode|AHx|ASCII85Decode|A85|LZWDecode|LZW|RunLengthDecode|RL|Predictor)\b")
_CHUNK = 4096
MOST_READ = 128 * 1024 * 1024
MOST_UNPACKED = 64 * 1024 * 1024
MOST_STREAMS = 20_000
"""Objects of a PDF may be packed: so many bytes and streams of them are looked through, a file with more is refused."""


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


def _packed_objects(data: bytes) -> Iterator[bytes]:
    """The contents of the file's object streams, each unpacked to its own end, whatever stands in between."""
    budget = _Budget()
    behind = 0
    for mark in _STREAM.finditer(data):
        described = _unescaped(data[behind : mark.start()])
        behind = mark.end()
        if not mark["begins"] or not _OBJECT_STREAM.search(described):
            continue
        if _ODD_PACKING.search(described):
            raise UploadRefused(_("The PDF is packed in an unusual way. Print it to a new PDF."), field="file")
        yield budget.unpack(data, mark.end())


class _Budget:
    """How much of one file may still be read and unpacked."""

    def __init__(self) -> None:
        self.streams = MOST_STREAMS
        self.read = MOST_READ
        self.unpacked = MOST_UNPACKED

    def unpack(self, data: bytes, start: int) -> bytes:
        """What the stream at `start` unpacks to; as much of a damaged one as can be read, as readers do."""
        self.streams -= 1
        stream = zlib.decompressobj()
        found = bytearray()
        for at in range(start, len(data), _CHUNK):
            self.read -= _CHUNK
            try:
                found += stream.decompress(data[at : at + _CHUNK], self.unpacked + 1)
            except zlib.error:
                break
            if stream.eof or self._spent(found):
                break
        if self._spent(found) or stream.unconsumed_tail:
            raise UploadRefused(_("The PDF unpacks to far more than it is. Print it to a new PDF."), field="file")
        self.unpacked -= len(found)
        return bytes(found)

    def _spent(self, found: bytearray) -> bool:
        return len(found) > self.unpacked or min(self.read, self.streams) < 0
