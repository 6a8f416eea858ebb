"""Acts of operations, as the trail names them, in words."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

ACTS: "dict[str, StrPromise]" = {
    "account.codes_renewed": _("Recovery codes made anew"),
    "account.factor_added": _("Second factor added"),
    "account.factor_removed": _("Second factor removed"),
    "account.factors_removed": _("Second factor reset"),
    "account.factors_removed_at_server": _("Second factor reset at the server"),
    "account.identity_set": _("Identity at the single sign-on changed"),
    "account.password_reset": _("Password reset"),
    "account.restored": _("Account restored at the server"),
    "account.switched_off": _("Account switched off"),
    "account.switched_off_idle": _("Account switched off for want of use"),
    "account.switched_on": _("Account switched on"),
    "administration.ended": _("Administrator's role ended"),
    "administration.granted": _("Administrator's role given"),
    "capacity.corrected": _("Capacity report corrected"),
    "capacity.reported": _("Capacity reported"),
    "demonstration.loaded": _("Demonstration loaded"),
    "designation.ended": _("Pilot designation ended"),
    "designation.revoked": _("Pilot designation revoked"),
    "designation.voided": _("Pilot designation taken out as an error"),
    "document.added": _("Document put on file"),
    "document.withdrawn": _("Document withdrawn"),
    "filing.recorded": _("Filing recorded"),
    "inclusion.ended": _("Inclusive recognition ended"),
    "inclusion.recognised": _("Recognised as inclusive"),
    "institution.closed": _("Institution closed"),
    "institution.registered": _("Institution registered"),
    "key.created": _("API key created"),
    "key.revoked": _("API key revoked"),
    "key.rotated": _("API key replaced by a new one"),
    "mail.retried": _("E-mail sent once more"),
    "membership.changed": _("Role changed"),
    "membership.ended": _("Role ended"),
    "membership.given": _("Role given"),
    "messages.chosen": _("Delivery of messages chosen"),
    "number.disclosed": _("Hidden number shown"),
    "person.appointed": _("Person appointed at the server"),
    "person.invited": _("Person invited"),
    "person.invited_without_role": _("Person invited, without a role yet"),
    "person.taken_on": _("Person of another office taken on"),
    "pilot.designated": _("Designated as a pilot"),
    "proposal.confirmed": _("Proposal confirmed"),
    "proposal.made": _("Proposal made"),
    "proposal.refused": _("Proposal refused"),
    "proposal.withdrawn": _("Proposal withdrawn"),
    "regions.loaded": _("Regions loaded"),
    "second_factor.ruled": _("Rule for the second factor changed"),
    "target.changed": _("Target changed"),
}
"""A test holds them to the operations."""


def act_in_words(act: str) -> str:
    """The act as people say it; one without words as it is."""
    return str(ACTS.get(act, act))
