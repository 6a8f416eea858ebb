"""What acts are done on, and the states that decide whether one is possible."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class On(TextChoices):
    """What an act is done on."""

    REGION = "region", _("Region")
    INSTITUTION = "institution", pgettext_lazy("what is acted on", "Institution")
    REPORT = "report", _("Capacity report")
    DOCUMENT = "document", pgettext_lazy("what is acted on", "Document")
    NUMBER = "number", _("Hidden number")
    KEY = "key", _("API key")
    TARGET = "target", _("Target")
    DESIGNATION = "designation", _("Pilot designation")
    PROPOSAL = "proposal", _("Proposal")
    PERSON = "person", _("Person")
    MEMBERSHIP = "membership", _("Membership")
    ACCOUNT = "account", _("Account")
    ADMINISTRATOR = "administrator", _("Administrators")
    SIGN_IN = "sign_in", _("Sign-in")
    MAIL = "mail", _("Outgoing e-mail")
    TRAIL = "trail", _("Trail")


class State(TextChoices):
    """States in which an act is possible or not."""

    ALWAYS = "always", ""
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")
    STANDING = "standing", _("standing")
    REPLACED = "replaced", _("replaced")
    AWAITING = "awaiting", _("awaiting confirmation")
    DECIDED = "decided", _("decided")
    LASTING = "lasting", _("in force or to come")
    ENDED = "ended", _("has ended")
    ON = "on", _("switched on")
    OFF = "off", _("switched off")


STATES_OF = {
    On.INSTITUTION: (State.OPEN, State.CLOSED),
    On.REPORT: (State.STANDING, State.REPLACED),
    On.PROPOSAL: (State.AWAITING, State.DECIDED),
    On.MEMBERSHIP: (State.LASTING, State.ENDED),
    On.ACCOUNT: (State.ON, State.OFF),
}
"""Subjects with states of their own; the others are always in the one state."""
