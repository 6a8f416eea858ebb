"""The life of a proposal."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from portal.shared.lifecycle import Lifecycle, Move


class State(TextChoices):
    """What has become of a proposal."""

    OPEN = "open", _("awaiting confirmation")
    CONFIRMED = "confirmed", _("confirmed")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("expired")


PROPOSAL = Lifecycle(
    Move("confirm", {State.OPEN}, State.CONFIRMED),
    Move("refuse", {State.OPEN}, State.REFUSED),
    Move("withdraw", {State.OPEN}, State.WITHDRAWN),
    Move("expire", {State.OPEN}, State.EXPIRED),
)
"""The first three are people's; time makes the last."""
