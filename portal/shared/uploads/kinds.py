"""Which kind a file is, by what it holds."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from zipfile import is_zipfile

from django.conf import settings
from django.utils.translation import gettext as _

from portal.shared.uploads.office import require_sound_office
from portal.shared.uploads.pdf import require_sound_pdf
from portal.shared.uploads.pictures import require_sound_jpeg, require_sound_png
from portal.shared.uploads.refusals import UploadRefused

__all__ = ["DOCX", "JPEG", "PDF", "PNG", "XLSX", "Kind", "UploadRefused", "kind_of", "recognise"]


@dataclass(frozen=True)
class Kind:
    """A kind of file: the media type it is served with, the extension it is named with."""

    media_type: str
    extension: str
    shown_in_page: bool = False
    """Whether browsers may show it in place of offering it; pictures only: a sandboxed page cannot show a PDF."""


PDF = Kind("application/pdf", "pdf")
JPEG = Kind("image/jpeg", "jpg", shown_in_page=True)
PNG = Kind("image/png", "png", shown_in_page=True)
DOCX = Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx")
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")

_OFFICE = {"word": DOCX, "excel": XLSX}
_KINDS = {kind.media_type: kind for kind in (PDF, JPEG, PNG, DOCX, XLSX)}
_ZIP = b"PK\x03\x04"
_SIGNATURES: tuple[tuple[bytes, Kind, Callable[[bytes], None]], ...] = (
    (b"%PDF-", PDF, require_sound_pdf),
    (b"\xff\xd8\xff", JPEG, require_sound_jpeg),
    (b"\x89PNG\r\n\x1a\n", PNG, require_sound_png),
)


def kind_of(media_type: str) -> Kind:
    """The kind with this media type."""
    return _KINDS[media_type]


def recognise(data: bytes) -> Kind:
    """The kind of a file that is sound and no other kind at once. Raises UploadRefused.

    Accepted: PDF, JPEG, PNG, Word (.docx) and Excel (.xlsx), each without anything that acts when it is opened.
    """
    if not data:
        raise UploadRefused(_("The file is empty."), field="file")
    if len(data) > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
        raise UploadRefused(_("The file is larger than %(limit)d MB.") % {"limit": limit}, field="file")
    if data.startswith(_ZIP):
        return _OFFICE[require_sound_office(data)]
    for signature, kind, require_sound in _SIGNATURES:
        if data.startswith(signature):
            require_sound(data)
            _require_nothing_else(data, kind)
            return kind
    raise UploadRefused(
        _("The file is none of PDF, JPEG, PNG, Word (.docx) and Excel (.xlsx); what counts is its content."),
        field="file",
    )


def _require_nothing_else(data: bytes, kind: Kind) -> None:
    """Refuse a file that another program would take for an archive or a PDF."""
    if is_zipfile(BytesIO(data)) or (kind != PDF and b"%PDF-" in data[:1024]):
        raise UploadRefused(_("The file holds a second file of another kind."), field="file")
