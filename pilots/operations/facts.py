"""Write lines of an institution's dated ledgers: designations, filings, inclusive recognitions.

Who may decide on designations and recognitions, and by what procedure, is the matter of their own subjects; these are
the writes that such a procedure ends in. Each line is written under the lock of its institution.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from pilots.models import Designation, Filing, InclusiveRecognition, Institution
from pilots.operations.refusals import AlreadyCorrected, BeforeOpening, InstitutionClosed, ReasonMissing
from pilots.queries.designations import standing_designation
from pilots.states.capacity import Source
from pilots.states.facts import DesignationAct, FilingKind, PilotLevel, PilotType, RecognitionAct
from portal.accounts.models import User
from portal.audit.trail import recorded


@dataclass(frozen=True)
class Basis:
    """On what a line rests, and who wrote it."""

    by: User | None = None
    document_number: str = ""
    reason: str = ""
    source: Source = Source.BROWSER

    def columns(self) -> dict[str, object]:
        """As columns of a ledger."""
        return {
            "recorded_by": self.by,
            "document_number": self.document_number,
            "reason": self.reason,
            "source": self.source,
        }


@recorded("pilot.designated")
def designate(
    *,
    institution_id: int,
    level: PilotLevel,
    pilot_type: PilotType,
    effective_on: date,
    ends_on: date | None = None,
    basis: Basis,
) -> Designation:
    """Make an institution a pilot from a day on, or change its level or type from a day on.

    Raises BeforeOpening, InstitutionClosed, and ReasonMissing where a provincial pilot becomes one of its city.
    """
    institution = _locked(institution_id, effective_on)
    standing = standing_designation(institution_id, effective_on)
    if standing is not None and standing.level == PilotLevel.PROVINCIAL and level != PilotLevel.PROVINCIAL:
        _require_reason(basis)
    known = Designation.objects.filter(institution=institution, effective_on__lte=effective_on).exists()
    return Designation.objects.create(
        institution=institution,
        act=DesignationAct.CHANGE if known else DesignationAct.DESIGNATE,
        level=level,
        pilot_type=pilot_type,
        effective_on=effective_on,
        ends_on=ends_on,
        **basis.columns(),
    )


@recorded("designation.ended")
def end_designation(*, institution_id: int, effective_on: date, basis: Basis) -> Designation:
    """From this day on the institution is no pilot any more. Raises as `designate`; it always needs a reason."""
    institution = _locked(institution_id, effective_on)
    _require_reason(basis)
    return Designation.objects.create(
        institution=institution, act=DesignationAct.END, effective_on=effective_on, **basis.columns()
    )


@recorded("designation.voided")
def void_designation(*, designation_id: int, basis: Basis) -> Designation:
    """Take a line out that was entered in error; both lines stay to be read."""
    wrong = Designation.objects.get(pk=designation_id)
    institution = Institution.objects.select_for_update(no_key=True).get(pk=wrong.institution_id)
    if Designation.objects.filter(corrects=wrong).exists():
        raise AlreadyCorrected(_("This line was already corrected."))
    if not basis.reason.strip():
        raise ReasonMissing(_("A correction needs a reason."), field="reason")
    return Designation.objects.create(
        institution=institution,
        act=DesignationAct.VOID,
        effective_on=wrong.effective_on,
        corrects=wrong,
        **basis.columns(),
    )


@recorded("filing.recorded")
def record_filing(*, institution_id: int, kind: FilingKind, effective_on: date, basis: Basis) -> Filing:
    """Write a completed filing, which may come before the opening, or its cancellation, which may come at the end.

    A cancellation without a reason raises ReasonMissing.
    """
    institution = Institution.objects.select_for_update(no_key=True).get(pk=institution_id)
    if kind in (FilingKind.CANCELLATION, FilingKind.VOID):
        _require_reason(basis)
    return Filing.objects.create(institution=institution, kind=kind, effective_on=effective_on, **basis.columns())


@recorded("inclusion.recognised")
def recognise_inclusive(
    *, institution_id: int, effective_on: date, ends_on: date | None = None, basis: Basis
) -> InclusiveRecognition:
    """Recognise an institution as inclusive from a day on."""
    return InclusiveRecognition.objects.create(
        institution=_locked(institution_id, effective_on),
        act=RecognitionAct.RECOGNISE,
        effective_on=effective_on,
        ends_on=ends_on,
        **basis.columns(),
    )


@recorded("inclusion.ended")
def end_recognition(*, institution_id: int, effective_on: date, basis: Basis) -> InclusiveRecognition:
    """From this day on the institution is not inclusive any more. Raises as `end_designation`."""
    institution = _locked(institution_id, effective_on)
    _require_reason(basis)
    return InclusiveRecognition.objects.create(
        institution=institution,
        act=RecognitionAct.END,
        effective_on=effective_on,
        **basis.columns(),
    )


def _require_reason(basis: Basis) -> None:
    """Whoever takes something from an institution says why; the trail has it."""
    if not basis.reason.strip():
        raise ReasonMissing(_("What ends or lowers a standing needs a reason."), field="reason")


def _locked(institution_id: int, effective_on: date) -> Institution:
    institution = Institution.objects.select_for_update(no_key=True).get(pk=institution_id)
    if effective_on < institution.opened_on:
        raise BeforeOpening(
            _("The institution opened only on %(day)s.") % {"day": institution.opened_on}, field="effective_on"
        )
    if institution.closed_on is not None and effective_on >= institution.closed_on:
        raise InstitutionClosed(
            _("The institution has been closed since %(day)s.") % {"day": institution.closed_on}, field="effective_on"
        )
    return institution
