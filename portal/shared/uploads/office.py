"""Word and Excel files (ISO/IEC 29500): an archive of bounded size with the parts that its kind has, without macros."""

import re
import struct
import zlib
from io import BytesIO
from xml.etree import ElementTree as ET
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from portal.shared.uploads.refusals import UploadRefused

MOST_PARTS = 2_000
MOST_UNPACKED = 100 * 1024 * 1024
HIGHEST_RATIO = 200
SMALL_PART = 1024 * 1024
"""Parts up to this size may be packed better than the ratio: a sheet of empty cells is."""
MOST_DESCRIBING = 1024 * 1024
"""Bytes of one part that describes others; real ones have a few thousand."""

_UNREADABLE = (
    BadZipFile,
    EOFError,
    NotImplementedError,
    LookupError,
    ValueError,
    struct.error,
    zlib.error,
    ET.ParseError,
)
"""What the library raises for archives and XML that are none."""

_ENCRYPTED = 0x1
_END = b"PK\x05\x06"
_END_LENGTH = 22
_CONTENT_TYPES = "[Content_Types].xml"
_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": "word",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "excel",
}
_ACTIVE_PART = re.compile(
    r"vbaproject|vbadata|activex|macrosheet|dialogsheet|oleobject|/embeddings/|externallink|\.bin$"
)
_HARMLESS_PART = re.compile(r"printersettings\d*\.bin$")
_ACTIVE_TYPE = re.compile(r"macro|vba|activex|oleobject", re.IGNORECASE)


def require_sound_office(data: bytes) -> str:
    """`word` or `excel`. Raises UploadRefused for other archives, bombs, macros, and what reaches out of the file."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            if not data[-_END_LENGTH:].startswith(_END) or min(part.header_offset for part in parts) != 0:
                raise BadZipFile("something stands before or behind the archive")
            _require_bounded(parts, len(data))
            _require_no_active(parts)
            kind = _kind(_described(archive, _CONTENT_TYPES))
            for part in parts:
                if part.filename.lower().endswith(".rels"):
                    _require_inward(_described(archive, part.filename))
            return kind
    except _UNREADABLE as error:
        raise UploadRefused(
            _("The file is an archive or a damaged document, no Word (.docx) or Excel (.xlsx) file."), field="file"
        ) from error


def _require_bounded(parts: list[ZipInfo], size: int) -> None:
    names = [part.filename for part in parts]
    if len(names) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _bomb()
    if len({name.lower() for name in names}) != len(names):
        raise BadZipFile("a name stands twice")
    packed = 0
    for part in parts:
        name = part.filename
        if part.flag_bits & _ENCRYPTED or part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise UploadRefused(_("The document has a password. Save it without one."), field="file")
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or "\\" in name:
            raise BadZipFile("a name leads out of the archive")
        if part.file_size > SMALL_PART and part.file_size > HIGHEST_RATIO * max(part.compress_size, 1):
            raise _bomb()
        packed += part.compress_size
    # Parts that share their packed bytes are a bomb without a ratio.
    if packed > size:
        raise _bomb()


def _require_no_active(parts: list[ZipInfo]) -> None:
    for part in parts:
        name = part.filename.lower()
        if _ACTIVE_PART.search(name) and not _HARMLESS_PART.search(name):
            raise _active()


def _described(archive: ZipFile, name: str) -> ET.Element:
    """A small part's XML, without definitions of its own: those can expand without end or read other files."""
    with archive.open(name) as part:
        text = part.read(MOST_DESCRIBING + 1)
    if len(text) > MOST_DESCRIBING:
        raise _bomb()
    if b"\x00" in text or b"<!" in text.replace(b"<!--", b""):
        raise BadZipFile("a part that describes others has definitions of its own")
    return ET.fromstring(text)  # noqa: S314  # bounded, and without definitions: see above


def _kind(types: ET.Element) -> str:
    stated = [element.get("ContentType", "") for element in types]
    if any(_ACTIVE_TYPE.search(each) for each in stated):
        raise _active()
    kinds = {_MAIN[each] for each in stated if each in _MAIN}
    if len(kinds) != 1:
        raise BadZipFile("neither Word nor Excel, or both")
    return kinds.pop()


def _require_inward(relations: ET.Element) -> None:
    """Links that a reader clicks may lead outside; what is fetched on opening (templates, pictures, data) may not."""
    for relation in relations:
        if relation.get("TargetMode") == "External" and not relation.get("Type", "").endswith("/hyperlink"):
            raise _active()


def _bomb() -> UploadRefused:
    return UploadRefused(_("The document unpacks to far more than it is."), field="file")


def _active() -> UploadRefused:
    return UploadRefused(
        _("The document holds macros, embedded objects or links to other files. Save it without them, or as PDF."),
        field="file",
    )
