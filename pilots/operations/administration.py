"""Grant and end the three administrator roles: proposed by one, confirmed by another (docs/two-person-rule.md).

Days may lie between the two, and nothing is backdated: a role begins on the day that was proposed, or on the day of the
confirmation if that is later; it ends likewise.
"""

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pilots.models import Membership
from pilots.operations.accounts import close_other_ways, require_reason
from pilots.operations.independence import require_settled
from pilots.operations.memberships import (
    Post,
    finish,
    give_unconfined,
    lock_membership,
    require_endable,
    require_givable,
)
from pilots.operations.refusals import Implausible
from pilots.policies.people import (
    administrators_proposals,
    decides_on_administrators,
    may_propose_administration,
    may_propose_end_of_administration,
    require_may_confirm_administration,
)
from pilots.policies.standing import Principal
from pilots.states.roles import ADMINISTRATOR_ROLES, Role
from portal.accounts.models import User
from portal.approvals.arguments import Arguments
from portal.approvals.matters import Change, Matter, Subject
from portal.approvals.two_person import two_person
from portal.audit.trail import recorded


@recorded("administration.granted")
def grant_administration(
    *, user_id: int, role: Role, starts_on: date, reason: str, by: Principal, at: datetime
) -> Membership:
    """Make a person an administrator from a day on, today at the earliest. `by` is who confirms.

    What others may have left in the account ends: its sessions, and its identity at the single sign-on. Doors do not
    call this; they call `administration_grant`. Raises NotPermitted, ReasonMissing, AccountSwitchedOff,
    AccountUnsettled, RolesApart where the person holds any other role at that time, HeldAlready, Implausible.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    require_may_confirm_administration(by, user)
    require_reason(reason)
    _require_administrators_role(role)
    require_settled(user)
    close_other_ways(user, reason=reason, by=by, at=at)
    begins = max(starts_on, timezone.localdate(at))
    return give_unconfined(user, Post(role, begins), reason=reason, by=by, at=at)


@recorded("administration.ended")
def end_administration(*, membership_id: int, last_day: date, reason: str, by: Principal, at: datetime) -> Membership:
    """End an administrator's role with a day, yesterday at the earliest: at once. `by` is who confirms.

    Doors do not call this; they call `administration_end`. Raises NotPermitted, ReasonMissing, MembershipEnded.
    """
    membership = lock_membership(membership_id)
    require_may_confirm_administration(by, membership.user)
    _require_administrators_role(membership.role)
    return finish(membership, max(last_day, _yesterday(at)), reason=reason, by=by, at=at)


class AdministrationMatter(Matter):
    """What granting an administrator's role and ending it have in common: who, and who sees it."""

    proposers = gettext_lazy("security administrators, never for themselves")
    confirmers = gettext_lazy("another administrator of any kind, never the person concerned")

    def visible(self, user: User) -> Q:
        """Administrators alone, the person concerned included."""
        return administrators_proposals(user)


class GrantMatter(AdministrationMatter):
    """How the grant of an administrator's role reads."""

    name = gettext_lazy("Grant of an administrator's role")

    def subject(self, arguments: Arguments) -> Subject:
        """The person: an administrator holds one role, so of one person one grant is open."""
        person = _person(arguments)
        return Subject(str(person.pk), _label(person, arguments["role"]), place=str(person.pk), office="")

    def check(self, arguments: Arguments, at: datetime) -> None:
        """The rules of the grant itself, as if it were confirmed now."""
        _require_administrators_role(arguments["role"])
        today = timezone.localdate(at)
        require_givable(_person(arguments), Post(arguments["role"], max(arguments["starts_on"], today)), today)

    def ready(self, arguments: Arguments, at: datetime) -> None:
        """The person must have made the account their own."""
        require_settled(_person(arguments))

    def changes(self, arguments: Arguments) -> list[Change]:
        """The role, and from when on."""
        first = _("%(day)s, or the day of the confirmation if that is later") % {"day": arguments["starts_on"]}
        return [
            Change(_("Person"), "—", _name(_person(arguments))),
            Change(_("Role"), "—", str(arguments["role"].label)),
            Change(_("First day"), "—", first),
        ]


class EndMatter(AdministrationMatter):
    """How the end of an administrator's role reads."""

    name = gettext_lazy("End of an administrator's role")

    def subject(self, arguments: Arguments) -> Subject:
        """The membership that ends."""
        membership = _membership(arguments)
        label = _label(membership.user, Role(membership.role))
        return Subject(str(membership.pk), label, place=str(membership.user_id), office="")

    def check(self, arguments: Arguments, at: datetime) -> None:
        """The rules of the end itself, as if it were confirmed now."""
        membership = _membership(arguments)
        _require_administrators_role(membership.role)
        require_endable(membership, max(arguments["last_day"], _yesterday(at)), timezone.localdate(at))

    def changes(self, arguments: Arguments) -> list[Change]:
        """The role that ends, and its last day."""
        membership = _membership(arguments)
        person, role = _name(membership.user), str(Role(membership.role).label)
        last = _("%(day)s, or the day before the confirmation if that is later") % {"day": arguments["last_day"]}
        return [
            Change(_("Person"), person, person),
            Change(_("Role"), role, role),
            Change(_("First day"), membership.starts_on.isoformat(), membership.starts_on.isoformat()),
            Change(_("Last day"), "—", last),
        ]


def _may_propose_grant(user: User, arguments: Arguments) -> bool:
    return may_propose_administration(user, _person(arguments))


def _may_propose_end(user: User, arguments: Arguments) -> bool:
    return may_propose_end_of_administration(user, _membership(arguments))


administration_grant = two_person(
    "administration.granted",
    grant_administration,
    GrantMatter(),
    may_propose=_may_propose_grant,
    may_confirm=decides_on_administrators,
)
administration_end = two_person(
    "administration.ended",
    end_administration,
    EndMatter(),
    may_propose=_may_propose_end,
    may_confirm=decides_on_administrators,
)


def _person(arguments: Arguments) -> User:
    return User.objects.get(pk=arguments["user_id"])


def _membership(arguments: Arguments) -> Membership:
    return Membership.objects.select_related("user").get(pk=arguments["membership_id"])


def _name(person: User) -> str:
    return f"{person.name} ({person.username})"


def _label(person: User, role: Role) -> str:
    return _("%(person)s: %(role)s") % {"person": _name(person), "role": role.label}


def _yesterday(at: datetime) -> date:
    return timezone.localdate(at) - timedelta(days=1)


def _require_administrators_role(role: str) -> None:
    if role not in ADMINISTRATOR_ROLES:
        raise Implausible(_("This is no administrator's role."), field="role")
