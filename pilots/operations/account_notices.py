"""Note in an account's ledger what its owner did to it, and tell the owner: receivers of the libraries' signals.

The libraries know no operations of ours, and their signals are the only places where the thing happens. `PilotsConfig`
connects them. A try at the password of an account takes as long as one at a name without: only the one failure that
closes it looks who is meant.
"""

from datetime import timedelta
from typing import Any

from allauth.account.signals import password_changed, user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from axes.models import AccessAttempt, AccessLog
from axes.signals import user_locked_out
from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.http import HttpRequest
from django.utils import timezone

from pilots.models import AccountChange, Notice
from pilots.operations.accounts import note
from pilots.operations.notices import notify
from pilots.states.people import AccountAct
from portal.accounts.models import User
from portal.audit.trail import recorded
from portal.shared.addresses import client_address

LOCKS_TOLD_A_DAY = 10
"""A stranger with many addresses must not fill the owner's desk."""


def connect() -> None:
    """Listen from now on; a second call changes nothing."""
    for signal, receiver in (
        (password_changed, tell_of_own_password),
        (authenticator_added, tell_of_added_factor),
        (authenticator_removed, tell_of_removed_factor),
        (authenticator_reset, tell_of_new_codes),
        (user_logged_in, tell_of_new_address),
        (user_locked_out, tell_of_lock),
    ):
        signal.connect(receiver, dispatch_uid=receiver.__name__)


@transaction.atomic
def tell_of_own_password(*, user: User, **_signal: Any) -> None:
    """The owner chose another password."""
    at = timezone.now()
    key = f"account.password_changed:{user.pk}:{user.password_changed_at or at}"
    notify(kind="account.password_changed", key=key, at=at, user=user, by=user, instant=at)


@recorded("account.factor_added")
def tell_of_added_factor(*, user: User, authenticator: Authenticator, **_signal: Any) -> None:
    """Codes or a passkey were added; the recovery codes that are made with the first are part of that."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _tell_of_factor(note(user, AccountAct.FACTOR_ADDED, by=user), authenticator)


@recorded("account.factor_removed")
def tell_of_removed_factor(*, user: User, authenticator: Authenticator, **_signal: Any) -> None:
    """Codes or a passkey were removed; the recovery codes that go with the last are part of that."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _tell_of_factor(note(user, AccountAct.FACTOR_REMOVED, by=user), authenticator)


@recorded("account.codes_renewed")
def tell_of_new_codes(*, user: User, authenticator: Authenticator, **_signal: Any) -> None:
    """Recovery codes were made anew."""
    _tell_of_factor(note(user, AccountAct.CODES_RENEWED, by=user), authenticator)


@transaction.atomic
def tell_of_new_address(*, request: HttpRequest, user: User, **_signal: Any) -> None:
    """A sign-in from an address from which nobody signed in to this account for KNOWN_ADDRESS_DAYS.

    The very first sign-in to an account is not told: there is nothing that it differs from.
    """
    now = request.axes_attempt_time  # type: ignore[attr-defined]
    network = request.axes_ip_address  # type: ignore[attr-defined]
    earlier = AccessLog.objects.filter(username=user.username, attempt_time__lt=now)
    since = now - timedelta(days=settings.KNOWN_ADDRESS_DAYS)
    if not earlier.exists() or earlier.filter(ip_address=network, attempt_time__gte=since).exists():
        return
    notify(
        kind="account.new_address",
        key=f"account.new_address:{user.pk}:{network}:{timezone.localdate(now)}",
        at=now,
        user=user,
        by=user,
        address=client_address(request),
        instant=now,
    )


@transaction.atomic
def tell_of_lock(*, request: HttpRequest, username: str, **_signal: Any) -> None:
    """An account was closed for an address: told once a lock, by the failure that closed it.

    Tries while it is closed, and those from an address that is closed for every name, come here too and are no lock.
    """
    failures = getattr(request, "axes_failures_since_start", None) or 0
    if failures < settings.AXES_FAILURE_LIMIT:
        return
    user = User.objects.filter(username__iexact=username, is_active=True).first()
    if user is None:
        return
    network, at = request.axes_ip_address, request.axes_attempt_time  # type: ignore[attr-defined]
    # Its rows are taken away when the lock is over; another lock has others.
    lock = AccessAttempt.objects.filter(username=username, ip_address=network).aggregate(first=Min("pk"))["first"]
    today = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    if Notice.objects.filter(kind="account.locked", user=user, created_at__gte=today).count() >= LOCKS_TOLD_A_DAY:
        return
    notify(
        kind="account.locked",
        key=f"account.locked:{user.pk}:{lock}",
        at=at,
        user=user,
        address=client_address(request),
        instant=at,
        failures=failures,
    )


def _tell_of_factor(change: AccountChange, factor: Authenticator) -> None:
    user, at = change.user, timezone.now()
    key = f"account.second_factor_changed:{user.pk}:{change.act}:{factor.type}:{factor.created_at.isoformat()}"
    notify(kind="account.second_factor_changed", key=key, at=at, user=user, by=user, instant=at)
