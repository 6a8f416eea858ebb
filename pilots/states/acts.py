"""What acts are done on, and the states that decide whether one is possible."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class On(TextChoices):
    """What an act is done on."""

    REGION = "region", _("Region")
    INSTITUTION = "institution", pgettext_lazy("what is acted on", "Institution")
    REPORT = "report", _("Capacity report")
    PERSON = "person", _("Person")
    MEMBERSHIP = "membership", _("Membership")
    ACCOUNT = "account", _("Account")
    ADMINISTRATOR = "administrator", _("Administrators")


class State(TextChoices):
    """States in which an act is possible or not."""

    ALWAYS = "always", ""
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")
    STANDING = "standing", _("standing")
    REPLACED = "replaced", _("replaced")
    LASTING = "lasting", _("in force or to come")
    ENDED = "ended", _("has ended")
    ON = "on", _("switched on")
    OFF = "off", _("switched off")


STATES_OF = {
    On.INSTITUTION: (State.OPEN, State.CLOSED),
    On.REPORT: (State.STANDING, State.REPLACED),
    On.MEMBERSHIP: (State.LASTING, State.ENDED),
    On.ACCOUNT: (State.ON, State.OFF),
}
"""Subjects with states of their own; the others are always in the one state."""
