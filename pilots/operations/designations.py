"""Take a designation back: proposed by one officer, confirmed by another (docs/two-person-rule.md)."""

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.models import Designation, Institution
from pilots.operations.facts import Basis, end_designation
from pilots.operations.refusals import DesignationChangedMeanwhile, Implausible, ReasonMissing
from pilots.policies.designations import may_propose_revocation, require_may_revoke, revoking_office
from pilots.policies.regions import visible_regions
from pilots.policies.targets import decides_in_its_offices
from pilots.queries.designations import later_designations, standing_designation
from pilots.states.facts import PilotLevel, PilotType
from portal.accounts.models import User
from portal.approvals.arguments import Arguments
from portal.approvals.matters import Change, Matter, Subject
from portal.approvals.models import Proposal
from portal.approvals.two_person import two_person
from portal.audit.trail import recorded

AHEAD = timedelta(days=366)
"""A revocation is decided at most this long before it takes effect."""


@recorded("designation.revoked")
def revoke_designation(
    *,
    institution_id: int,
    designation_id: int,
    effective_on: date,
    document_number: str,
    reason: str,
    by: User,
    at: datetime,
) -> Designation:
    """End the designation that stands: from `effective_on` on the institution is no pilot any more.

    Doors do not call this; they call `propose_revocation`. Raises NotPermitted, ReasonMissing, Implausible,
    DesignationChangedMeanwhile, InstitutionClosed.
    """
    institution = _institution(institution_id, lock=True)
    line = Designation.objects.get(pk=designation_id, institution=institution_id)
    require_may_revoke(by, institution, line.level)
    if not reason.strip():
        raise ReasonMissing(_("A revocation needs a reason."), field="reason")
    _require_plausible(line, effective_on, document_number, timezone.localdate(at))
    return end_designation(
        institution_id=institution_id,
        effective_on=effective_on,
        basis=Basis(by=by, document_number=document_number, reason=reason),
    )


class RevocationMatter(Matter):
    """How the revocation of a designation reads."""

    name = gettext_lazy("Revocation of a pilot designation")
    proposers = gettext_lazy("officers of the institution's city and of the province")
    confirmers = gettext_lazy(
        "another officer of the city or the province; for provincial pilots, of the province only"
    )

    def subject(self, arguments: Arguments) -> Subject:
        """The institution; the office that designated it decides."""
        institution = _institution(arguments["institution_id"])
        line = Designation.objects.get(pk=arguments["designation_id"])
        return Subject(
            key=institution.number,
            label=f"{institution.name} ({institution.number})",
            place=institution.county_id,
            office=revoking_office(institution, line.level).code,
        )

    def visible(self, user: User) -> Q:
        """Readers of the region. The institution itself learns of the decision, not of the draft."""
        return Q(place__in=visible_regions(user).values("code"))

    def check(self, arguments: Arguments, at: datetime) -> None:
        """The rules of the revocation itself."""
        line = Designation.objects.get(pk=arguments["designation_id"])
        _require_plausible(line, arguments["effective_on"], arguments["document_number"], timezone.localdate(at))

    def changes(self, arguments: Arguments) -> list[Change]:
        """The designation that stands, and its end."""
        line = Designation.objects.get(pk=arguments["designation_id"])
        standing = _("%(level)s, %(type)s") % {
            "level": PilotLevel(line.level).label,
            "type": PilotType(line.pilot_type).label,
        }
        return [
            Change(_("Pilot designation"), standing, _("none")),
            Change(_("Effective from"), line.effective_on.isoformat(), arguments["effective_on"].isoformat()),
            Change(_("Document number"), line.document_number or "—", arguments["document_number"]),
        ]

    def link(self, proposal: Proposal) -> str:
        """The institution's file."""
        return reverse("institution", args=[proposal.subject])


def _may_propose(user: User, arguments: Arguments) -> bool:
    return may_propose_revocation(user, _institution(arguments["institution_id"]))


propose_revocation = two_person(
    "designation.revoked",
    revoke_designation,
    RevocationMatter(),
    may_propose=_may_propose,
    may_confirm=decides_in_its_offices,
)


def _institution(pk: int, *, lock: bool = False) -> Institution:
    rows = Institution.objects.select_related("county__parent__parent")
    return (rows.select_for_update(no_key=True, of=("self",)) if lock else rows).get(pk=pk)


def _require_plausible(line: Designation, effective_on: date, document_number: str, today: date) -> None:
    if not document_number.strip():
        raise Implausible(_("A revocation rests on a document: state its number."), field="document_number")
    if effective_on <= line.effective_on:
        raise Implausible(
            _("The designation began only on %(day)s.") % {"day": line.effective_on}, field="effective_on"
        )
    if effective_on > today + AHEAD:
        raise Implausible(_("The effective day lies more than a year ahead."), field="effective_on")
    if standing_designation(line.institution_id, effective_on) != line:
        raise DesignationChangedMeanwhile(
            _("On that day this designation does not stand any more: it was changed or ended in the meantime."),
            field="effective_on",
        )
    later = later_designations(line.institution_id, effective_on).first()
    if later is not None:
        raise DesignationChangedMeanwhile(
            _("Another line of the ledger follows on %(day)s; it would stay in force.") % {"day": later.effective_on},
            field="effective_on",
        )
