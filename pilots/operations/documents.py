"""Put documents on an institution's file and take them off it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from pilots.models import Document, DocumentWithdrawal, Institution
from pilots.operations.refusals import AlreadyWithdrawn, Implausible, ReasonMissing, TooManyDocuments
from pilots.policies.institutions import require_may_report
from pilots.policies.standing import Principal
from pilots.states.calendar import FIRST_DAY
from pilots.states.documents import LONGEST_VALIDITY_YEARS, MOST_DOCUMENTS, DocumentKind
from portal.accounts.models import User
from portal.audit.trail import recorded
from portal.shared.uploads import display_name, recognise, store
from portal.shared.uploads.store import digest


@dataclass(frozen=True)
class DocumentEntry:
    """A document as it is sent: its file's content, and the name that its sender gave it."""

    kind: DocumentKind
    content: bytes
    name: str
    expires_on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Added:
    """A document on file; `created` is False where the same one was there before."""

    document: Document
    created: bool


@recorded("document.added")
def add_document(*, institution_id: int, entry: DocumentEntry, by: Principal, at: datetime) -> Added:
    """Put a document on file. The same file of the same kind, sent again, is answered by the one that stands.

    Raises NotPermitted, UploadRefused, Implausible, TooManyDocuments. A file whose row is not kept in the end is
    removed by `manage.py clean_files`.
    """
    kind = recognise(entry.content)
    institution = Institution.objects.select_for_update(no_key=True).get(pk=institution_id)
    require_may_report(by, institution)
    _require_plausible(entry.expires_on, timezone.localdate(at))
    same = Document.objects.filter(
        institution=institution,
        kind=entry.kind,
        sha256=digest(entry.content),
        expires_on=entry.expires_on,
        withdrawal__isnull=True,
    ).first()
    if same is not None:
        return Added(same, created=False)
    if Document.objects.filter(institution=institution).count() >= MOST_DOCUMENTS:
        raise TooManyDocuments(_("The institution has %(most)d documents; no more fit.") % {"most": MOST_DOCUMENTS})
    stored = store(entry.content)
    document = Document.objects.create(
        institution=institution,
        kind=entry.kind,
        expires_on=entry.expires_on,
        note=entry.note,
        name=display_name(entry.name, kind.extension),
        media_type=kind.media_type,
        size=stored.size,
        sha256=stored.sha256,
        file_key=stored.key,
        recorded_by=by if isinstance(by, User) else None,
    )
    return Added(document, created=True)


@recorded("document.withdrawn")
def withdraw_document(*, document_id: int, reason: str, by: Principal, at: datetime) -> DocumentWithdrawal:
    """State that a document does not count any more, and why. Row and file stay."""
    document = Document.objects.get(pk=document_id)
    institution = Institution.objects.select_for_update(no_key=True).get(pk=document.institution_id)
    require_may_report(by, institution)
    if DocumentWithdrawal.objects.filter(document=document).exists():
        raise AlreadyWithdrawn(_("This document was already withdrawn."))
    if not reason.strip():
        raise ReasonMissing(_("Say why the document is withdrawn."), field="reason")
    return DocumentWithdrawal.objects.create(
        document=document, reason=reason.strip(), recorded_by=by if isinstance(by, User) else None
    )


def _require_plausible(expires_on: date | None, today: date) -> None:
    if expires_on is None:
        return
    if expires_on < FIRST_DAY or expires_on.year > today.year + LONGEST_VALIDITY_YEARS:
        raise Implausible(_("Check the year of the last day of validity."), field="expires_on")
