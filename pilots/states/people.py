"""Phases of a membership, and what can happen to an account."""

from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Phase(TextChoices):
    """What a membership is on a day."""

    TO_COME = "to_come", _("not begun")
    IN_FORCE = "in_force", _("in force")
    OVER = "over", _("has ended")
    WITHDRAWN = "withdrawn", _("withdrawn before it began")


def phase_of(starts_on: date, ends_on: date | None, day: date) -> Phase:
    """The phase on `day`. A membership whose last day lies before its first was never in force."""
    if ends_on is not None and ends_on < starts_on:
        return Phase.WITHDRAWN
    if day < starts_on:
        return Phase.TO_COME
    return Phase.IN_FORCE if ends_on is None or ends_on >= day else Phase.OVER


class AccountAct(TextChoices):
    """What is done with an account."""

    CREATED = "created", _("account created")
    SWITCHED_OFF = "switched_off", _("switched off")
    SWITCHED_OFF_IDLE = "switched_off_idle", _("switched off for not being used")
    SWITCHED_ON = "switched_on", _("switched on")
    PASSWORD_RESET = "password_reset", _("password reset")  # the name of an act
    FACTORS_REMOVED = "factors_removed", _("second factor reset")
    FACTOR_ADDED = "factor_added", _("second factor added by the owner")
    FACTOR_REMOVED = "factor_removed", _("second factor removed by the owner")
    CODES_RENEWED = "codes_renewed", _("recovery codes made anew by the owner")
    IDENTITY_SET = "identity_set", _("identity at the single sign-on changed")


HANDLED = (AccountAct.CREATED, AccountAct.PASSWORD_RESET, AccountAct.FACTORS_REMOVED, AccountAct.IDENTITY_SET)
"""Acts by which whoever does them could sign in as the owner: that is how two accounts come into one hand."""
