"""Rules for passwords (domain.md §6.3) and what follows when one is set."""

import re
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import PastPassword, User
from portal.accounts.sessions import end_sessions

BREACH_LIST = Path(__file__).parent / "data" / "breached_passwords.txt.gz"
_LOOKALIKES = str.maketrans("@4031!$5", "aaoeiiss")
_DECORATION = re.compile(r"^[\W\d_]{0,10}|[\W\d_]{0,10}$")


class BreachListValidator(CommonPasswordValidator):
    """No password of the shipped list, whole, with up to ten digits or signs around it, or with @ for a."""

    def __init__(self) -> None:
        super().__init__(BREACH_LIST)

    def validate(self, password: str, user: object = None) -> None:
        """Refuse what attackers try first."""
        whole = password.strip().lower()
        core = _DECORATION.sub("", whole)
        if any(len(each) > 1 and each in self.passwords for each in (whole, core, core.translate(_LOOKALIKES))):
            raise ValidationError(self.get_error_message(), code="password_too_common")

    def get_error_message(self) -> str:
        """What to do."""
        return _("This password is on lists that attackers use. Take several words that do not belong together.")

    def get_help_text(self) -> str:
        """The rule."""
        return _("No common password, no name or year with a few digits.")


class ReuseValidator:
    """None of the last `count` passwords again; also keeps them (as hashes) whenever a password is set."""

    def __init__(self, count: int = 5) -> None:
        self.count = count

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse one of the last passwords; each comparison costs one hash."""
        if user is None or user.pk is None:
            return
        past = list(user.past_passwords.order_by("-set_at", "-pk").values_list("hash", flat=True)[: self.count])
        if user.password and user.password not in past:
            past.insert(0, user.password)
        if any(check_password(password, each) for each in past):
            raise ValidationError(self.get_help_text(), code="password_reused")

    def password_changed(self, _password: str, user: User | None = None) -> None:
        """Called by Django when a new password was saved: remember its hash, forget those out of count."""
        if user is None or user.pk is None:
            return
        at = timezone.now()
        with transaction.atomic():
            PastPassword.objects.create(user=user, hash=user.password, set_at=at)
            kept = user.past_passwords.order_by("-set_at", "-pk").values_list("pk", flat=True)[: self.count]
            user.past_passwords.exclude(pk__in=list(kept)).delete()
            User.objects.filter(pk=user.pk).update(password_changed_at=at)
        user.password_changed_at = at

    def get_help_text(self) -> str:
        """The rule."""
        return _("None of your last %(count)s passwords.") % {"count": self.count}


def must_change(user: User) -> bool:
    """Whether the user has to set a new password before anything else: a first one, or one that is too old.

    PASSWORD_MAX_AGE_DAYS is 0 by default: then passwords do not age.
    """
    if not user.has_usable_password():
        return False
    days = settings.PASSWORD_MAX_AGE_DAYS
    aged = days > 0 and (user.password_changed_at or user.date_joined) < timezone.now() - timedelta(days=days)
    return user.must_change_password or aged


@transaction.atomic
def set_initial_password(*, user: User, password: str) -> User:
    """Give an account a password that its owner must change at the next sign-in, and end its sessions.

    Raises ValidationError where the password breaks a rule.
    """
    validate_password(password, user)
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    end_sessions(user)
    return user


def set_own_password(*, user: User, password: str) -> User:
    """Store the password that its owner chose; it has passed the rules."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    return user
