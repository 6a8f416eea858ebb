"""Make accounts, give them a new initial password, switch them off and on. Who may is decided elsewhere."""

import secrets

from portal.accounts.models import User
from portal.accounts.sessions import end_sessions

_GROUPS = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789")
"""Letters and digits that nobody mistakes for each other on paper: no I, O, l, o, 0, 1."""
_GROUP_LENGTH = 4
_GROUP_COUNT = 4


def create_account(*, username: str, name: str, email: str = "") -> tuple[User, str]:
    """Store a new account; answer it with its initial password, which cannot be shown again.

    Raises ValidationError (by field) where a value has no valid form, IntegrityError where the user name is taken.
    """
    password = initial_password()
    user = User(username=User.normalize_username(username), name=name, email=User.objects.normalize_email(email))
    user.must_change_password = True
    user.set_password(password)
    user.full_clean(validate_unique=False)
    user.save(force_insert=True)
    return user, password


def reset_password(*, user_id: int) -> tuple[User, str]:
    """Give an account a new initial password; answer it. Open sessions end; the owner sets another one first."""
    password = initial_password()
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    end_sessions(user)
    return user, password


def set_external_id(*, user_id: int, external_id: str) -> User:
    """Write by which identity the single sign-on opens an account; empty: by none. Open sessions end.

    Raises ValidationError (by field) where it is too long or has no visible form, IntegrityError where it is another's.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    user.external_id = external_id
    user.clean_fields(exclude=[field.name for field in User._meta.fields if field.name != "external_id"])
    user.save(update_fields=["external_id"])
    end_sessions(user)
    return user


def set_active(*, user_id: int, active: bool) -> User:
    """Let an account sign in, or not. Open sessions end for good: switching on again revives none."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    user.is_active = active
    user.save(update_fields=["is_active"])
    if not active:
        end_sessions(user)
    return user


def initial_password() -> str:
    """Four groups of four characters with a capital, a small letter and a digit: some 90 bits."""
    alphabet = "".join(_GROUPS)
    while True:
        drawn = [secrets.choice(alphabet) for _position in range(_GROUP_LENGTH * _GROUP_COUNT)]
        if all(any(character in group for character in drawn) for group in _GROUPS):
            text = "".join(drawn)
            return "-".join(text[at : at + _GROUP_LENGTH] for at in range(0, len(text), _GROUP_LENGTH))
