"""Register institutions and close them."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from pilots.models import Filing, Institution, Kindergarten, Operator, Region
from pilots.models.ledgers import ClockTimestamp
from pilots.operations.accounts import require_reason
from pilots.operations.notices import notify
from pilots.operations.refusals import DayTooEarly, FutureDay, Implausible, InstitutionClosed
from pilots.policies.institutions import require_may_register_in
from pilots.policies.standing import Principal
from pilots.queries.search import search_text
from pilots.states.calendar import FIRST_DAY
from pilots.states.capacity import Source
from pilots.states.facts import FilingKind
from portal.accounts.models import User
from portal.audit.trail import recorded


@dataclass(frozen=True)
class Entry:
    """What is known of an institution when it is registered."""

    county_id: str
    name: str
    service_model: str
    opened_on: date
    legal_nature: str = ""
    credit_code: str = ""
    operator_name: str = ""
    host_kindergarten_name: str = ""
    address: str = ""
    contact_name: str = ""
    contact_phone: str = ""


@dataclass(frozen=True)
class FilingEntry:
    """The filing with which an institution is registered."""

    kind: FilingKind
    filed_on: date
    document_number: str = ""


@recorded("institution.registered")
def register_institution(
    *, entry: Entry, filing: FilingEntry | None, by: Principal, at: datetime, source: Source = Source.BROWSER
) -> Institution:
    """Enter an institution into the register with its filing. Its public number comes from a sequence.

    Raises NotPermitted, FutureDay, Implausible; ValidationError (by field) where a value has no valid form.
    """
    require_may_register_in(by, entry.county_id)
    # Two registrations of one name in one county unit wait for each other, so that the second sees the first.
    Region.objects.select_for_update(no_key=True).get(pk=entry.county_id)
    _require_plausible(entry, filing, timezone.localdate(at))
    author = by if isinstance(by, User) else None
    institution = Institution(
        county_id=entry.county_id,
        name=entry.name,
        service_model=entry.service_model,
        opened_on=entry.opened_on,
        legal_nature=entry.legal_nature,
        credit_code=entry.credit_code,
        operator=_operator(entry.operator_name, entry.county_id),
        host_kindergarten=_kindergarten(entry.host_kindergarten_name, entry.county_id),
        address=entry.address,
        contact_name=entry.contact_name,
        contact_phone=entry.contact_phone,
        recorded_by=author,
    )
    institution.full_clean(exclude=["number", "search_text", "recorded_at"])
    institution.save()
    institution.search_text = search_text(entry.name, institution.number, entry.credit_code, entry.address)
    institution.save(update_fields=["search_text"])
    if filing is not None:
        _file(institution, filing, source, author)
    key = f"institution.registered:{institution.number}"
    notify(kind="institution.registered", key=key, at=at, institution=institution, by=by)
    return institution


@recorded("institution.closed")
def close_institution(*, institution_id: int, closed_on: date, reason: str, by: Principal, at: datetime) -> Institution:
    """State the first day on which an institution no longer runs, with the reason. It cannot be taken back.

    Raises NotPermitted, ReasonMissing, InstitutionClosed, Implausible, FutureDay.
    """
    institution = Institution.objects.select_for_update(no_key=True).get(pk=institution_id)
    require_may_register_in(by, institution.county_id)
    require_reason(reason)
    if institution.closed_on is not None:
        raise InstitutionClosed(_("The institution is already closed."), field="closed_on")
    if closed_on < institution.opened_on:
        raise Implausible(_("An institution cannot close before it opened."), field="closed_on")
    if closed_on > timezone.localdate(at):
        raise FutureDay(_("The day of closing has not come yet."), field="closed_on")
    institution.closed_on = closed_on
    Institution.objects.filter(pk=institution.pk).update(closed_on=closed_on, closed_recorded_at=ClockTimestamp())
    key = f"institution.closed:{institution.number}"
    notify(kind="institution.closed", key=key, at=at, institution=institution, by=by, closed_on=closed_on)
    return institution


def _require_plausible(entry: Entry, filing: FilingEntry | None, today: date) -> None:
    if entry.opened_on < FIRST_DAY:
        raise DayTooEarly(_("The register begins on %(day)s.") % {"day": FIRST_DAY}, field="opened_on")
    if filing is not None and filing.filed_on < FIRST_DAY:
        raise DayTooEarly(_("The register begins on %(day)s.") % {"day": FIRST_DAY}, field="filed_on")
    if entry.opened_on > today:
        raise FutureDay(_("The opening day has not come yet."), field="opened_on")
    if filing is not None and filing.filed_on > today:
        raise FutureDay(_("The filing day has not come yet."), field="filed_on")
    same = Institution.objects.filter(county=entry.county_id, name=entry.name, closed_on__isnull=True).first()
    if same is not None:
        raise Implausible(
            _("An open institution of this name is already registered here: %(number)s.") % {"number": same.number},
            field="name",
        )


def _file(institution: Institution, filing: FilingEntry, source: Source, author: User | None) -> None:
    Filing.objects.create(
        institution=institution,
        kind=filing.kind,
        effective_on=filing.filed_on,
        document_number=filing.document_number,
        source=source,
        recorded_by=author,
    )


def _operator(name: str, county_id: str) -> Operator | None:
    """The county unit's own operator of this name: a name typed here reaches nobody else's (docs/adr/0016)."""
    return Operator.objects.get_or_create(name=name, county_id=county_id)[0] if name else None


def _kindergarten(name: str, county_id: str) -> Kindergarten | None:
    return Kindergarten.objects.get_or_create(name=name, county_id=county_id)[0] if name else None
