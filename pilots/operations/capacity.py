"""Report capacity and correct what was reported."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from pilots.models import CapacityReport, Institution
from pilots.operations.notices import notify
from pilots.operations.refusals import (
    AlreadyCorrected,
    BeforeOpening,
    FutureDay,
    InstitutionClosed,
    NothingReported,
    ReasonMissing,
)
from pilots.policies.institutions import require_may_report, speaks_for
from pilots.policies.standing import KeyHolder, Principal
from pilots.states.capacity import Classes, ClassGroup, Count, Remark, Source, warnings_about
from portal.accounts.models import User
from portal.audit.trail import recorded


@dataclass(frozen=True)
class Reported:
    """A stored report; `created` is False where the same statement was stored before."""

    report: CapacityReport
    created: bool
    warnings: list[Remark]


@recorded("capacity.reported")
def report_capacity(
    *, institution_id: int, as_of: date, classes: Classes, by: Principal, at: datetime, source: Source
) -> Reported:
    """Store an institution's statement of a day. The same statement sent again is answered by the stored one.

    That holds for a statement that was replaced since, too: a delayed repetition must not undo a correction. Whoever
    means to return to earlier numbers corrects the report that stands.
    """
    institution = Institution.objects.select_for_update(no_key=True).get(pk=institution_id)
    require_may_report(by, institution)
    _require_plausible(institution, as_of, classes, at)
    if (stored := _stored_before(institution, as_of, classes)) is not None:
        return stored
    report = CapacityReport.objects.create(
        institution=institution, as_of=as_of, source=source, **_author(by), **_columns(classes)
    )
    return Reported(report, created=True, warnings=warnings_about(classes))


@recorded("capacity.corrected")
def correct_report(*, report_id: int, classes: Classes, reason: str, by: Principal, at: datetime) -> Reported:
    """Put other numbers in the place of a report, for the same day, with the reason. The old report stays."""
    wrong = CapacityReport.objects.get(pk=report_id)
    institution = Institution.objects.select_for_update(no_key=True).get(pk=wrong.institution_id)
    require_may_report(by, institution)
    _require_plausible(institution, wrong.as_of, classes, at)
    if not reason.strip():
        raise ReasonMissing(_("Say why the report is corrected."), field="reason")
    standing = CapacityReport.objects.filter(institution=institution, as_of=wrong.as_of).order_by("-pk").first()
    if standing is not None and standing.corrects_id == wrong.pk and classes_of(standing) == _complete(classes):
        return Reported(standing, created=False, warnings=warnings_about(classes))
    if standing != wrong:
        raise AlreadyCorrected(_("This report was already replaced by a later one for the same day; correct that one."))
    report = CapacityReport.objects.create(
        institution=institution,
        as_of=wrong.as_of,
        source=Source.API if isinstance(by, KeyHolder) else Source.BROWSER,
        corrects=wrong,
        reason=reason.strip(),
        **_author(by),
        **_columns(classes),
    )
    if not speaks_for(by, institution):
        _tell_institution(institution, report, wrong, by, at)
    return Reported(report, created=True, warnings=warnings_about(classes))


def classes_of(report: CapacityReport) -> dict[ClassGroup, Count]:
    """All five class groups of a report."""
    return {
        group: Count(getattr(report, f"{group}_places"), getattr(report, f"{group}_enrolled")) for group in ClassGroup
    }


def _tell_institution(
    institution: Institution, report: CapacityReport, wrong: CapacityReport, by: Principal, at: datetime
) -> None:
    """Its report was corrected by someone else."""
    report.refresh_from_db(fields=["places", "enrolled"])
    notify(
        kind="report.corrected",
        key=f"report.corrected:{report.pk}",
        at=at,
        institution=institution,
        by=by,
        as_of=report.as_of,
        places=report.places,
        enrolled=report.enrolled,
        places_before=wrong.places,
        enrolled_before=wrong.enrolled,
        reason=report.reason,
    )


def _stored_before(institution: Institution, as_of: date, classes: Classes) -> Reported | None:
    wanted = _complete(classes)
    reports = list(CapacityReport.objects.filter(institution=institution, as_of=as_of).order_by("-pk"))
    same = next((report for report in reports if classes_of(report) == wanted), None)
    if same is None:
        return None
    remarks = warnings_about(classes)
    if same != reports[0]:
        remarks.append(Remark("superseded", "", _("This report was stored before and has been replaced since.")))
    return Reported(same, created=False, warnings=remarks)


def _complete(classes: Classes) -> dict[ClassGroup, Count]:
    return {group: classes.get(group, Count()) for group in ClassGroup}


def _columns(classes: Classes) -> dict[str, int]:
    columns = {}
    for group, count in classes.items():
        columns[f"{group}_places"], columns[f"{group}_enrolled"] = count.places, count.enrolled
    return columns


def _author(by: Principal) -> Mapping[str, object]:
    if isinstance(by, KeyHolder):
        return {"key_id": by.grant.pk}
    return {"recorded_by": by if isinstance(by, User) else None}


def _require_plausible(institution: Institution, as_of: date, classes: Classes, at: datetime) -> None:
    if not classes:
        raise NothingReported(_("State at least one class group."), field="classes")
    if as_of > timezone.localdate(at):
        raise FutureDay(_("The day of the report has not come yet."), field="as_of")
    if as_of < institution.opened_on:
        raise BeforeOpening(
            _("The institution opened on %(day)s; it cannot report an earlier day.") % {"day": institution.opened_on},
            field="as_of",
        )
    if institution.closed_on is not None and as_of >= institution.closed_on:
        raise InstitutionClosed(
            _("The institution has been closed since %(day)s; it cannot report that day or later ones.")
            % {"day": institution.closed_on},
            field="as_of",
        )
