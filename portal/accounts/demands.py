"""What the portal asks of a person's sign-in; who is asked for what is decided by the programme."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.module_loading import import_string

from portal.accounts.models import User
from portal.accounts.sessions import end_sessions

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as a second factor; recovery codes only stand in for one."""


@dataclass(frozen=True)
class Demands:
    """Whether a second factor is a must, after how many idle minutes a session ends, which ways in there are."""

    second_factor: bool
    idle_minutes: int
    single_sign_on: bool = True
    """Whether the single sign-on opens the account, if it has an identity there."""


def demands_of(user: User) -> Demands:
    """Ask the function that `SIGN_IN_DEMANDS` names: accounts know nothing of roles and regions."""
    ask = cast("Callable[[User], Demands]", import_string(settings.SIGN_IN_DEMANDS))
    return ask(user)


def has_second_factor(user: User) -> bool:
    """Whether the user has enrolled codes or a passkey. One query."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def remove_second_factors(user: User) -> int:
    """Take all factors and recovery codes of someone who lost them, and end their sessions; answer how many.

    The person signs in with the password alone and, where a second factor is demanded, enrols a new one. Whoever calls
    this has made sure that it is the person who asks.
    """
    removed, _by_model = Authenticator.objects.filter(user_id=user.pk).delete()
    end_sessions(user)
    return int(removed)


def lacks_second_factor(user: User) -> bool:
    """Whether a second factor is demanded and missing."""
    return demands_of(user).second_factor and not has_second_factor(user)
