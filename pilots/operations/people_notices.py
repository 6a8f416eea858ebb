"""Tell people of their roles and of what an office did with their account; each in the transaction of the act."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from pilots.models import AccountChange, Membership
from pilots.operations.notices import in_each_language, notify
from pilots.policies.standing import Principal
from pilots.states.notices import Actor, Everywhere
from pilots.states.people import AccountAct
from pilots.states.roles import ADMINISTRATOR_ROLES
from portal.accounts.models import User


def tell_of_role(membership: Membership, *, by: Principal | None, at: datetime) -> None:
    """Tell a person of a new role."""
    notify(
        kind="membership.given",
        key=f"membership.given:{membership.pk}",
        at=at,
        user=membership.user,
        by=by,
        role=membership.role,
        place=_place(membership),
        starts_on=membership.starts_on,
    )


def tell_of_taking_on(membership: Membership, managers: list[User], *, by: Principal, at: datetime) -> None:
    """Tell those who managed a person before that another office gave a role, too; the person is told of the role."""
    giver = by.display_name if isinstance(by, User) else Actor.SERVER
    for manager in managers:
        if manager == by:
            continue
        notify(
            kind="person.taken_on",
            key=f"person.taken_on:{membership.pk}:{manager.pk}",
            at=at,
            user=manager,
            by=by,
            person=membership.user.name,
            username=membership.user.username,
            giver=giver,
        )


def tell_of_end(membership: Membership, *, by: Principal, at: datetime) -> None:
    """Tell a person that a role ends; another day is told again."""
    assert membership.ends_on is not None  # it was written just now
    notify(
        kind="membership.ended",
        key=f"membership.ended:{membership.pk}:{membership.ends_on}",
        at=at,
        user=membership.user,
        by=by,
        role=membership.role,
        place=_place(membership),
        ends_on=membership.ends_on,
    )


def tell_of_reset(change: AccountChange, *, at: datetime) -> None:
    """Tell a person that the office, or the server's administrator, gave the account a new password."""
    _tell_of_account("account.password_reset", change, at, actor=_actor(change))


def tell_of_removed_factors(change: AccountChange, *, at: datetime) -> None:
    """Tell a person that the office, or the server's administrator, took the second factors of the account away."""
    _tell_of_account("account.second_factor_reset", change, at, actor=_actor(change))


def tell_of_identity(change: AccountChange, *, at: datetime) -> None:
    """Tell a person that another identity of the single sign-on opens the account, or none any more."""
    _tell_of_account("account.identity_changed", change, at, actor=_actor(change))


def tell_of_switch(change: AccountChange, *, at: datetime) -> None:
    """Tell all administrators that one of them was switched off or on; of anybody else nothing is told."""
    held = Membership.objects.lasting(timezone.localdate(at)).filter(user=change.user, role__in=ADMINISTRATOR_ROLES)
    membership = held.order_by("starts_on").first()
    if membership is None:
        return
    kind = "administrator.switched_on" if change.act == AccountAct.SWITCHED_ON else "administrator.switched_off"
    notify(
        kind=kind,
        key=f"{kind}:change {change.pk}",
        at=at,
        by=change.recorded_by,
        person=f"{change.user.name} ({change.user.username})",
        role=membership.role,
        actor=Actor.PORTAL if change.act == AccountAct.SWITCHED_OFF_IDLE else _actor(change),
        instant=at,
        reason=change.reason,
    )


def _tell_of_account(kind: str, change: AccountChange, at: datetime, **more: Any) -> None:
    user, by = change.user, change.recorded_by
    notify(kind=kind, key=f"{kind}:{user.pk}:change {change.pk}", at=at, user=user, by=by, instant=at, **more)


def _actor(change: AccountChange) -> str:
    by: User | None = change.recorded_by
    return by.display_name if by else Actor.SERVER


def _place(membership: Membership) -> str | dict[str, str]:
    """The place as the person knows it; empty where the role hangs on none. Its people read nothing else of it."""
    place = membership.institution or membership.operator or membership.region
    return in_each_language(lambda: _name_of(membership)) if place is not None else Everywhere.PORTAL


def _name_of(membership: Membership) -> str:
    named = membership.institution or membership.operator
    name = named.name if named is not None else membership.region.label if membership.region is not None else ""
    return f"{name} · {membership.department}" if membership.department else name
