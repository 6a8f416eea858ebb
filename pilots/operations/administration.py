"""Grant and end the three administrator roles. Each takes effect with a second person's confirmation.

These are the acts that a confirmed proposal ends in; `by` is who confirms. Who proposes is asked of
`may_propose_administration` and `may_propose_end_of_administration`.
"""

from datetime import date, datetime

from django.utils.translation import gettext as _

from pilots.models import Membership
from pilots.operations.accounts import require_reason
from pilots.operations.memberships import Post, finish, give_unconfined, lock_membership
from pilots.operations.refusals import Implausible
from pilots.policies.people import require_may_confirm_administration
from pilots.policies.standing import Principal
from pilots.states.roles import ADMINISTRATOR_ROLES, Role
from portal.accounts.models import User
from portal.audit.trail import recorded


@recorded("administration.granted")
def grant_administration(
    *, user_id: int, role: Role, starts_on: date, reason: str, by: Principal, at: datetime
) -> Membership:
    """Make a person an administrator from a day on.

    Raises NotPermitted, RolesApart where the person holds any other role at that time, PastDay, ReasonMissing.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    require_may_confirm_administration(by, user)
    require_reason(reason)
    if role not in ADMINISTRATOR_ROLES:
        raise Implausible(_("This is no administrator's role."), field="role")
    return give_unconfined(user, Post(role, starts_on), reason=reason, by=by, at=at)


@recorded("administration.ended")
def end_administration(*, membership_id: int, last_day: date, reason: str, by: Principal, at: datetime) -> Membership:
    """End an administrator's role with a day."""
    membership = lock_membership(membership_id)
    require_may_confirm_administration(by, membership.user)
    if membership.role not in ADMINISTRATOR_ROLES:
        raise Implausible(_("This is no administrator's role."))
    return finish(membership, last_day, reason=reason, by=by, at=at)
