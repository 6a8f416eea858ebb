"""Show hidden numbers for a stated purpose."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from pilots.models import Disclosure, Institution
from pilots.operations.refusals import NothingHidden, ReasonMissing, TooManyDisclosures
from pilots.policies.disclosures import require_may_disclose
from pilots.policies.standing import Principal
from pilots.states.disclosures import SHORTEST_REASON, HiddenField, Purpose
from portal.accounts.models import User
from portal.audit.trail import recorded
from portal.shared.requests import current_request_id

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Disclosed:
    """The row that was written, and the value that may be shown now."""

    disclosure: Disclosure
    value: str


@recorded("number.disclosed")
def disclose(
    *, institution_id: int, field: HiddenField, purpose: Purpose, reason: str, by: Principal, at: datetime
) -> Disclosed:
    """Record who has a hidden field shown and why, and answer its value (domain.md §6.3; features.md idea 33).

    Raises NotPermitted, NothingHidden, ReasonMissing, TooManyDisclosures.
    """
    institution = Institution.objects.select_related("county__parent__parent").get(pk=institution_id)
    person = require_may_disclose(by, institution)
    # Two requests of one person wait for each other, so that the second counts the first.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    value: str = getattr(institution, field)
    if not value:
        raise NothingHidden(_("Nothing is recorded here."))
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonMissing(_("Say in a few words what the number is needed for."), field="reason")
    lately = Disclosure.objects.filter(recorded_by=person, recorded_at__gt=at - HOUR).count()
    if lately >= settings.DISCLOSURES_PER_HOUR:
        raise TooManyDisclosures(
            _("You had %(count)d numbers shown in the last hour; more are possible later.") % {"count": lately}
        )
    row = Disclosure.objects.create(
        institution=institution,
        field=field,
        purpose=purpose,
        reason=reason.strip(),
        request_id=current_request_id(),
        recorded_by=person,
    )
    return Disclosed(row, value)
