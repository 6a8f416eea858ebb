"""What an institution's pages show, decided here so that their templates only print."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.models import CapacityReport, RegisterRow
from pilots.models.ledgers import InstitutionFact
from pilots.operations.capacity import classes_of
from pilots.queries.figures.sources import ratio
from pilots.queries.institutions import InstitutionFile
from pilots.states.facts import DesignationAct, FilingKind, PilotLevel, PilotType, RecognitionAct
from pilots.states.institutions import LegalNature, ServiceModel
from pilots.web.days import dated
from portal.shared.masking import mask_phone

Row = dict[str, Any]

STATES = {
    "live": ("info", gettext_lazy("in effect")),
    "pending": ("pending", gettext_lazy("not yet")),
    "over": ("neutral", gettext_lazy("over")),
    "void": ("neutral", gettext_lazy("does not count")),
}
VOIDING = frozenset({FilingKind.VOID, DesignationAct.VOID, RecognitionAct.VOID})
ENDING = frozenset({FilingKind.CANCELLATION, DesignationAct.END, RecognitionAct.END})


def list_row(row: RegisterRow, day: date) -> Row:
    """A row of the register's list."""
    return {
        "number": row.institution.number,
        "name": row.institution.name,
        "url": dated(reverse("institution", args=[row.institution.number]), day),
        "area": row.county.label,
        "service_model": ServiceModel(row.service_model).label,
        "places": _whole(row.places) if row.report_id else "—",
        "enrolled": _whole(row.enrolled) if row.report_id else "—",
        "utilisation": utilisation(row.enrolled, row.places),
        "reported": row.reported_on.isoformat() if row.reported_on else _("never"),
        "flags": flags(row),
    }


def flags(row: RegisterRow | None) -> list[Row]:
    """What an institution is on a day, as words with a sign."""
    if row is None:
        return [{"status": "neutral", "label": _("Not open on this day")}]
    found = []
    if row.pilot_level:
        found.append({"status": "info", "label": PilotLevel(row.pilot_level).label})
    if row.filed_on:
        label = _("Report only") if row.filing_kind == FilingKind.REPORT_ONLY else _("Filed")
        found.append({"status": "met", "label": label})
    if row.inclusive:
        found.append({"status": "info", "label": _("Inclusive")})
    if row.enrolled > row.places:
        found.append({"status": "at_risk", "label": _("Over capacity")})
    return found or [{"status": "neutral", "label": _("Not filed")}]


def page(
    file: InstitutionFile,
    day: date,
    *,
    may_report: bool,
    may_close: bool,
    may_revoke: bool,
    plainly: bool,
    keys_url: str,
) -> Row:
    """The file of one institution; its people's numbers `plainly` only for its own people."""
    institution = file.institution
    report_url = reverse("report_capacity", args=[institution.number]) if may_report else ""
    open_still = institution.closed_on is None
    close_url = reverse("institution_close", args=[institution.number]) if may_close and open_still else ""
    pilot = file.row is not None and file.row.pilot_level
    revoke_url = reverse("revoke_designation", args=[institution.number]) if may_revoke and pilot else ""
    return {
        "institution": {
            "number": institution.number,
            "name": institution.name,
            "region": institution.county.label,
        },
        "actions": _actions(report_url, keys_url, revoke_url, close_url),
        "statuses": flags(file.row),
        "metrics": _metrics(file.row),
        "facts": _facts(file, plainly=plainly),
        "places_chart": chart(file.reports),
        "reports": [_report(report, institution.number, may_report=may_report) for report in file.reports],
        "report_url": report_url,
        **_ledgers(file, day),
    }


def _ledgers(file: InstitutionFile, day: date) -> Row:
    return {
        "filings": [
            _line(line, _state(line, file.filings, day), str(FilingKind(line.kind).label), "") for line in file.filings
        ],
        "designations": [
            _line(
                line,
                _state(line, file.designations, day),
                str(PilotLevel(line.level).label) if line.level else line.get_act_display(),
                str(PilotType(line.pilot_type).label) if line.pilot_type else "",
            )
            for line in file.designations
        ],
        "recognitions": [
            _line(line, _state(line, file.recognitions, day), line.get_act_display(), "") for line in file.recognitions
        ],
    }


def _actions(report_url: str, keys_url: str, revoke_url: str, close_url: str) -> list[Row]:
    actions: list[Row] = []
    if revoke_url:
        actions.append({"label": _("Revoke the designation"), "url": revoke_url, "icon": "ban", "primary": False})
    if close_url:
        actions.append({"label": _("Record the closing"), "url": close_url, "icon": "x", "primary": False})
    if keys_url:
        actions.append({"label": _("API keys"), "url": keys_url, "icon": "lock", "primary": False})
    if report_url:
        actions.append({"label": _("Report places"), "url": report_url, "icon": "plus", "primary": True})
    return actions


def chart(reports: list[CapacityReport]) -> Row | None:
    """Places and enrolled children over the days reported; None for fewer than two days."""
    by_day = {report.as_of: report for report in reversed(reports)}
    if len(by_day) < 2:  # noqa: PLR2004  # one day is no course
        return None
    days = sorted(by_day)
    return {
        "series": [
            {"name": _("Places"), "points": [[day.isoformat(), by_day[day].places] for day in days]},
            {"name": _("Enrolled"), "points": [[day.isoformat(), by_day[day].enrolled] for day in days]},
        ],
        "unit": "",
    }


def utilisation(enrolled: int, places: int) -> str:
    """Enrolled ÷ places with a percent sign; a dash without places."""
    share = ratio(enrolled, places, factor=100, digits=1).number
    return "—" if share is None else f"{share} %"


def _metrics(row: RegisterRow | None) -> list[Row]:
    if row is None or row.report_id is None:
        return []
    reported = _("reported as of %(day)s") % {"day": row.reported_on}
    return [
        {"label": _("Places"), "value": _whole(row.places), "unit": "", "sub": reported},
        {"label": _("Enrolled"), "value": _whole(row.enrolled), "unit": "", "sub": reported},
        {"label": _("Utilisation"), "value": utilisation(row.enrolled, row.places), "unit": "", "sub": ""},
    ]


def _facts(file: InstitutionFile, *, plainly: bool) -> list[Row]:
    institution = file.institution
    hidden = bool(institution.contact_phone) and not plainly
    phone = mask_phone(institution.contact_phone) if hidden else institution.contact_phone
    show = {"label": _("Show"), "url": reverse("institution_contact", args=[institution.number])} if hidden else None
    facts = [
        (_("Public number"), institution.number),
        (_("Unified credit code"), institution.credit_code),
        (_("Legal nature"), LegalNature(institution.legal_nature).label if institution.legal_nature else ""),
        (_("Service model"), ServiceModel(institution.service_model).label),
        (_("Operator or brand"), institution.operator.name if institution.operator else ""),
        (_("Host kindergarten"), institution.host_kindergarten.name if institution.host_kindergarten else ""),
        (_("County unit"), institution.county.label),
        (_("Address"), institution.address),
        (_("Contact person"), institution.contact_name),
        (_("Contact telephone"), phone),
        (_("Opened on"), institution.opened_on.isoformat()),
        (_("Closed on"), institution.closed_on.isoformat() if institution.closed_on else ""),
    ]
    optional = {_("Host kindergarten"), _("Closed on")}
    return [
        {"label": label, "value": value, "url": "", "act": show if label == _("Contact telephone") else None}
        for label, value in facts
        if value or label not in optional
    ]


def _report(report: CapacityReport, number: str, *, may_report: bool) -> Row:
    groups = [
        f"{group.label} {count.places}/{count.enrolled}"
        for group, count in classes_of(report).items()
        if count.places or count.enrolled
    ]
    replaced = hasattr(report, "correction")
    remark = ""
    if replaced:
        remark = _("Replaced by a correction.")
    elif report.corrects is not None:
        remark = _("Correction: %(reason)s") % {"reason": report.reason}
    correctable = may_report and not replaced
    return {
        "as_of": report.as_of.isoformat(),
        "places": _whole(report.places),
        "enrolled": _whole(report.enrolled),
        "utilisation": utilisation(report.enrolled, report.places),
        "groups": "，".join(groups) or "—",
        "recorded": f"{timezone.localtime(report.recorded_at):%Y-%m-%d %H:%M} · {report.get_source_display()}",
        "remark": remark,
        "correct_url": reverse("correct_report", args=[number, report.pk]) if correctable else "",
    }


def _state(line: InstitutionFact, ledger: Sequence[InstitutionFact], day: date) -> str:
    """What has become of a line on a day: the latest that stands is in effect, as in the register."""
    corrected = {getattr(other, "corrects_id", None) for other in ledger}
    if line.pk in corrected or _is(line, VOIDING):
        return "void"
    if line.effective_on > day:
        return "pending"
    standing = [other for other in ledger if other.pk not in corrected and not _is(other, VOIDING)]
    begun = [other for other in standing if other.effective_on <= day]
    latest = max(begun, key=lambda other: (other.effective_on, other.pk))
    live = line == latest and not _is(line, ENDING) and (line.ends_on is None or line.ends_on >= day)
    return "live" if live else "over"


def _is(line: InstitutionFact, acts: frozenset[str]) -> bool:
    return getattr(line, "act", getattr(line, "kind", "")) in acts


def _line(line: InstitutionFact, state: str, kind: str, detail: str) -> Row:
    last = line.ends_on.isoformat() if line.ends_on else ""
    sign, word = STATES[state]
    return {
        "kind": kind,
        "detail": detail or line.reason,
        "period": _("from %(first)s to %(last)s") % {"first": line.effective_on, "last": last}
        if last
        else _("from %(first)s") % {"first": line.effective_on},
        "document": line.document_number or "—",
        "status": sign,
        "status_label": word,
        "url": "",
    }


def _whole(number: int) -> str:
    return number_format(number, decimal_pos=0, use_l10n=True, force_grouping=True)
