"""E-mails on their way: their forms and states, when each is due, when a failed one is tried again."""

from datetime import datetime, time, timedelta

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pilots.states.notices import Choice


class Form(TextChoices):
    """What an e-mail holds."""

    SINGLE = "single", _("one message")
    DAILY = "daily", _("daily digest")
    WEEKLY = "weekly", _("weekly digest")


class State(TextChoices):
    """Where an e-mail stands. Waiting with failed tries behind it is still waiting."""

    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    BOUNCED = "bounced", _("refused by the recipient's server")
    DEAD = "dead", _("given up")
    DROPPED = "dropped", _("nothing left to send")


MOVES: dict[str, tuple[frozenset[State], State]] = {
    "send": (frozenset({State.WAITING}), State.SENT),
    "refuse": (frozenset({State.WAITING}), State.BOUNCED),
    "bounce": (frozenset({State.WAITING, State.SENT}), State.BOUNCED),
    "give up": (frozenset({State.WAITING}), State.DEAD),
    "drop": (frozenset({State.WAITING}), State.DROPPED),
    "retry": (frozenset({State.DEAD, State.BOUNCED}), State.WAITING),
}
"""From which states to which; every update names the states that it moves from in its filter."""

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
"""How long after its first, second, … failure an e-mail is tried again; after one failure more it is given up."""

MOST_ATTEMPTS = len(DELAYS) + 1

LEASE = timedelta(minutes=10)
"""How long a claimed e-mail belongs to its sender: longer than a conversation with a mail server can last. If the
sender dies in between, the e-mail is sent again after that."""

MORNING = time(8)
MONDAY = 0


def delay_after(attempts: int) -> timedelta:
    """How long to wait after that many failures (1 or more)."""
    return DELAYS[min(attempts, len(DELAYS)) - 1]


def next_digest(choice: Choice, at: datetime) -> datetime:
    """The first digest strictly after an instant: 08:00 in Shanghai, daily or on Mondays."""
    local = timezone.localtime(at)
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    if choice == Choice.WEEKLY:
        day += timedelta(days=(MONDAY - day.weekday()) % 7)
    return timezone.make_aware(datetime.combine(day, MORNING))
