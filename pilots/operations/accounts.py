"""Switch accounts off and on, reset passwords, switch off what nobody uses. Each act stands in the account's ledger."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from pilots.models import AccountChange, Membership
from pilots.operations.people_notices import (
    tell_of_identity,
    tell_of_removed_factors,
    tell_of_reset,
    tell_of_switch,
)
from pilots.operations.refusals import (
    AccountSwitchedOff,
    AccountSwitchedOn,
    IdentityTaken,
    Implausible,
    LastOfItsKind,
    NoSecondFactor,
    ReasonMissing,
)
from pilots.policies.people import (
    administrators,
    require_may_reset_password,
    require_may_switch_account,
    require_may_switch_on,
)
from pilots.policies.standing import Principal
from pilots.states.people import AccountAct
from pilots.states.roles import ADMINISTRATOR_ROLES, Role
from portal.accounts import people as accounts
from portal.accounts.demands import remove_second_factors
from portal.accounts.models import User
from portal.accounts.sessions import end_sessions
from portal.audit.trail import recorded


@recorded("account.switched_off")
def switch_off_account(*, user_id: int, reason: str, by: Principal, at: datetime) -> User:
    """End all use of an account, now. What the person did, and the memberships, stay.

    Raises NotPermitted, ReasonMissing, AccountSwitchedOff, LastOfItsKind.
    """
    user = _locked_with_peers(user_id)
    require_may_switch_account(by, user)
    require_reason(reason)
    if not user.is_active:
        raise AccountSwitchedOff(_("The account is switched off already."))
    _require_another(user)
    tell_of_switch(note(user, AccountAct.SWITCHED_OFF, reason=reason, by=by), at=at)
    return accounts.set_active(user_id=user.pk, active=False)


@recorded("account.switched_on")
def switch_on_account(*, user_id: int, reason: str, by: Principal, at: datetime) -> User:
    """Let an account be used again, with the memberships that are in force. Administrators are at the server only."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    require_may_switch_on(by, user)
    require_reason(reason)
    if user.is_active:
        raise AccountSwitchedOn(_("The account is switched on already."))
    note(user, AccountAct.SWITCHED_ON, reason=reason, by=by)
    return accounts.set_active(user_id=user.pk, active=True)


@recorded("account.password_reset")
def reset_password(*, user_id: int, reason: str, by: Principal, at: datetime) -> tuple[User, str]:
    """Give an account a new initial password, answered once and not kept. Its open sessions end."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    require_may_reset_password(by, user)
    require_reason(reason)
    if not user.is_active:
        raise AccountSwitchedOff(_("The account is switched off. Switch it on first."))
    tell_of_reset(note(user, AccountAct.PASSWORD_RESET, reason=reason, by=by), at=at)
    return accounts.reset_password(user_id=user.pk)


@recorded("account.factors_removed")
def reset_second_factor(*, user_id: int, reason: str, by: Principal, at: datetime) -> User:
    """Take the second factors of someone who lost them; open sessions end. A new one is enrolled where one is asked."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    require_may_reset_password(by, user)
    require_reason(reason)
    if not user.is_active:
        raise AccountSwitchedOff(_("The account is switched off. Switch it on first."))
    _remove_factors(user, reason, by, at)
    return user


@recorded("account.identity_set")
def set_identity(*, user_id: int, external_id: str, reason: str, by: Principal, at: datetime) -> User:
    """Write which identity of the single sign-on opens an account, or that none does. Open sessions end.

    Raises NotPermitted, ReasonMissing, AccountSwitchedOff, Implausible where nothing changes, IdentityTaken.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    require_may_reset_password(by, user)
    require_reason(reason)
    if not user.is_active:
        raise AccountSwitchedOff(_("The account is switched off. Switch it on first."))
    identity = external_id.strip()
    if identity == user.external_id:
        raise Implausible(_("This is the identity that stands."), field="external_id")
    try:
        with transaction.atomic():
            user = accounts.set_external_id(user_id=user.pk, external_id=identity)
    except IntegrityError as error:
        raise IdentityTaken(_("This identity belongs to another account."), field="external_id") from error
    tell_of_identity(note(user, AccountAct.IDENTITY_SET, reason=reason, by=by), at=at)
    return user


@recorded("account.restored")
def restore_account(*, username: str, reason: str, at: datetime) -> tuple[User, str]:
    """At the server's shell: switch an account on and give it a new initial password. For administrators locked out."""
    user = User.objects.select_for_update(no_key=True).get(username=username)
    require_reason(reason)
    if not user.is_active:
        tell_of_switch(note(user, AccountAct.SWITCHED_ON, reason=reason), at=at)
        accounts.set_active(user_id=user.pk, active=True)
    tell_of_reset(note(user, AccountAct.PASSWORD_RESET, reason=reason), at=at)
    return accounts.reset_password(user_id=user.pk)


@recorded("account.factors_removed_at_server")
def reset_second_factor_at_server(*, username: str, reason: str, at: datetime) -> User:
    """At the server's shell: take an account's second factors. For administrators, who have nobody above."""
    user = User.objects.select_for_update(no_key=True).get(username=username)
    require_reason(reason)
    _remove_factors(user, reason, None, at)
    return user


@recorded("account.switched_off_idle")
def switch_off_idle_accounts(*, at: datetime) -> list[User]:
    """Switch off every account that was not used for IDLE_ACCOUNT_DAYS; answer them. A second call finds none.

    Used: signed in, else made. An office that switches an account on again, or resets its password, gives it that time
    anew. Demonstration accounts are exempt where they can sign in at all, that is outside production.
    """
    since = at - timedelta(days=settings.IDLE_ACCOUNT_DAYS)
    renewed = Q(account_changes__act__in=(AccountAct.SWITCHED_ON, AccountAct.PASSWORD_RESET))
    used = Greatest(
        Coalesce(F("last_login"), F("date_joined")),
        F("date_joined"),
        Coalesce(Max("account_changes__recorded_at", filter=renewed), F("date_joined")),
    )
    idle = User.objects.filter(is_active=True).annotate(used_at=used).filter(used_at__lt=since)
    if not settings.PRODUCTION:
        idle = idle.exclude(is_demo=True)
    # Who signs in meanwhile holds the row; the next night looks again.
    found = User.objects.select_for_update(no_key=True, skip_locked=True).filter(
        Q(last_login__isnull=True) | Q(last_login__lt=since),
        is_active=True,
        pk__in=list(idle.values_list("pk", flat=True)),
    )
    users = list(found.order_by("pk"))
    with override(settings.LANGUAGE_CODE):
        reason = _("Not used for %(days)d days.") % {"days": settings.IDLE_ACCOUNT_DAYS}
    for user in users:
        tell_of_switch(note(user, AccountAct.SWITCHED_OFF_IDLE, reason=reason), at=at)
        accounts.set_active(user_id=user.pk, active=False)
    return users


def _locked_with_peers(user_id: int) -> User:
    """The account under its lock and, of an administrator, with everyone who holds the same role, in one order."""
    peers = User.objects.filter(
        pk__in=[user_id, *(user.pk for role in _roles(user_id) for user in administrators(role))]
    )
    return {user.pk: user for user in peers.select_for_update(no_key=True).order_by("pk")}[user_id]


def _require_another(user: User) -> None:
    """Refuse where nobody else would be left with an administrator's role that this person holds today."""
    for role in _roles(user.pk):
        if not administrators(role).exclude(pk=user.pk).exists():
            raise LastOfItsKind(
                _("Nobody else who can sign in is %(role)s: give the role to another person first.")
                % {"role": role.label}
            )


def _roles(user_id: int) -> list[Role]:
    held = Membership.objects.in_force(timezone.localdate()).filter(user=user_id, role__in=ADMINISTRATOR_ROLES)
    return [Role(role) for role in held.values_list("role", flat=True)]


def _remove_factors(user: User, reason: str, by: Principal | None, at: datetime) -> None:
    if not remove_second_factors(user):
        raise NoSecondFactor(_("This account has no second factor."))
    tell_of_removed_factors(note(user, AccountAct.FACTORS_REMOVED, reason=reason, by=by), at=at)


def close_other_ways(user: User, *, reason: str, by: Principal, at: datetime) -> None:
    """End an account's sessions and its identity at the single sign-on, under its lock: the owner's ways remain."""
    end_sessions(user)
    if user.external_id:
        accounts.set_external_id(user_id=user.pk, external_id="")
        tell_of_identity(note(user, AccountAct.IDENTITY_SET, reason=reason, by=by), at=at)


def note(user: User, act: AccountAct, *, reason: str = "", by: Principal | None = None) -> AccountChange:
    """Write a line of an account's ledger."""
    author = by if isinstance(by, User) else None
    return AccountChange.objects.create(user=user, act=act, reason=reason.strip(), recorded_by=author)


def require_reason(reason: str) -> None:
    """Refuse an act without its reason."""
    if not reason.strip():
        raise ReasonMissing(_("Say why."), field="reason")
