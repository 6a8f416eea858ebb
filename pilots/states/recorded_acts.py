"""Acts of operations, as the trail names them, in words."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

ACTS: "dict[str, StrPromise]" = {
    "api_key.created": _("API key created"),
    "api_key.revoked": _("API key revoked"),
    "capacity.corrected": _("Capacity report corrected"),
    "capacity.reported": _("Capacity reported"),
    "demonstration.loaded": _("Demonstration loaded"),
    "designation.ended": _("Pilot designation ended"),
    "designation.voided": _("Pilot designation taken out as an error"),
    "filing.recorded": _("Filing recorded"),
    "inclusion.ended": _("Inclusive recognition ended"),
    "inclusion.recognised": _("Recognised as inclusive"),
    "institution.closed": _("Institution closed"),
    "institution.registered": _("Institution registered"),
    "pilot.designated": _("Designated as a pilot"),
    "regions.loaded": _("Regions loaded"),
    "target.changed": _("Target changed"),
}
"""A test holds them to the operations."""


def act_in_words(act: str) -> str:
    """The act as people say it; one without words as it is."""
    return str(ACTS.get(act, act))
