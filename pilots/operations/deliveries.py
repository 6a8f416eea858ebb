"""Send e-mails that are due, at least once; try failed ones again; note what was refused or given up.

An e-mail is claimed in a transaction of its own, which also says when it is tried next; it is sent outside of any
transaction; what came of it is stored in another. A sender that dies in between leaves one e-mail that goes out a
second time, under the same Message-ID, after `LEASE`.
"""

import smtplib
from collections import Counter
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pilots.models import Delivery
from pilots.operations.mail import compose
from pilots.operations.notices import deliver_due, notify
from pilots.operations.refusals import NotUndelivered
from pilots.policies.notices import require_may_watch_mail
from pilots.states.deliveries import LEASE, MOST_ATTEMPTS, MOVES, State, delay_after
from portal.accounts.models import User
from portal.audit.trail import recorded

MOST_AT_ONCE = 200
"""E-mails that one call sends; the next minute's call goes on."""

PERMANENT = 500
"""SMTP codes from here on are refusals for good (RFC 5321 §4.2.1)."""


def send_due(*, at: datetime, limit: int = MOST_AT_ONCE) -> Counter[str]:
    """Deliver notices and send e-mails that are due; answer how many e-mails came to which end (or `failed`).

    Stops early when the mail server cannot be used at all: the rest would only wait for the same failure.
    """
    deliver_due(at=at)
    outcomes: Counter[str] = Counter()
    post = get_connection()
    try:
        while sum(outcomes.values()) < limit and (delivery := _claim(at)) is not None:
            outcome = _send(delivery, post, at)
            outcomes["failed" if outcome == State.WAITING else outcome] += 1
            if outcome == State.WAITING and not _usable(post):
                break
    finally:
        _close(post)
    return outcomes


@recorded("mail.retried")
def retry_delivery(*, delivery_id: int, by: User, at: datetime) -> Delivery:
    """Send an e-mail once more that was refused or given up. Raises NotPermitted, NotUndelivered."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    require_may_watch_mail(by)
    if delivery.state not in MOVES["retry"][0]:
        raise NotUndelivered(_("This e-mail is not one that was refused or given up; it may be on its way already."))
    delivery.state, delivery.attempts, delivery.next_attempt_at = State.WAITING, 0, at
    delivery.finished_at = None
    delivery.save(update_fields=["state", "attempts", "next_attempt_at", "finished_at"])
    return delivery


@transaction.atomic
def record_bounce(*, message_id: str, error: str, at: datetime) -> Delivery | None:
    """Note that a mail server reported an e-mail as undeliverable; None where no e-mail of ours has this id."""
    delivery = Delivery.objects.select_for_update().filter(message_id=message_id).first()
    if delivery is None or delivery.state not in MOVES["bounce"][0]:
        return delivery
    delivery.state, delivery.last_error, delivery.finished_at = State.BOUNCED, _short(error), at
    delivery.save(update_fields=["state", "last_error", "finished_at"])
    _tell_administrators(at)
    return delivery


@transaction.atomic
def _claim(at: datetime) -> Delivery | None:
    """Take the e-mail that has been due for longest; until `LEASE` is over nobody else takes it."""
    due = Delivery.objects.filter(state=State.WAITING, next_attempt_at__lte=at).order_by("next_attempt_at", "pk")
    delivery = due.select_for_update(skip_locked=True).first()
    if delivery is not None:
        delivery.attempts += 1
        delivery.next_attempt_at = at + LEASE
        delivery.save(update_fields=["attempts", "next_attempt_at"])
    return delivery


def _send(delivery: Delivery, post: Any, at: datetime) -> State:
    if delivery.attempts > MOST_ATTEMPTS:  # its senders died again and again
        return _finish(delivery, State.DEAD, at, error=_("Sending ended without an answer each time."))
    mail = compose(delivery)
    if mail is None:
        return _finish(delivery, State.DROPPED, at)
    delivery.address = mail.to[0]
    try:
        _hand_over(mail, post)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        code, text = _answer(error)
        return _failed(delivery, at, text, State.BOUNCED if code >= PERMANENT else State.WAITING)
    except (smtplib.SMTPException, OSError) as error:
        _close(post)
        return _failed(delivery, at, str(error) or type(error).__name__, State.WAITING)
    except ValueError as error:  # an address or a header that cannot be written: no other try will do better
        return _failed(delivery, at, str(error), State.DEAD)
    return _finish(delivery, State.SENT, at)


def _hand_over(mail: EmailMultiAlternatives, post: Any) -> None:
    post.open()
    post.send_messages([mail])


def _failed(delivery: Delivery, at: datetime, error: str, state: State) -> State:
    if state == State.WAITING and delivery.attempts < MOST_ATTEMPTS:
        waiting = {"next_attempt_at": at + delay_after(delivery.attempts), "last_error": _short(error)}
        _claimed(delivery).update(address=delivery.address, **waiting)
        return State.WAITING
    return _finish(delivery, State.DEAD if state == State.WAITING else state, at, error=error)


@transaction.atomic
def _finish(delivery: Delivery, state: State, at: datetime, *, error: str = "") -> State:
    ended = {"state": state, "finished_at": at, "last_error": _short(error), "address": delivery.address}
    _claimed(delivery).update(**ended)
    if state in (State.BOUNCED, State.DEAD):
        _tell_administrators(at)
    return state


def _claimed(delivery: Delivery) -> Any:
    """The row, if it is still this sender's: a claim of another raises the number of tries."""
    return Delivery.objects.filter(pk=delivery.pk, state=State.WAITING, attempts=delivery.attempts)


def _tell_administrators(at: datetime) -> None:
    """Once a day; the page of outgoing e-mail has the details."""
    day = timezone.localdate(at)
    notify(kind="mail.undelivered", key=f"mail.undelivered:{day}", at=at, day=day)


def _answer(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> tuple[int, str]:
    code, text = (
        next(iter(error.recipients.values()))
        if isinstance(error, smtplib.SMTPRecipientsRefused)
        else (error.smtp_code, error.smtp_error)
    )
    return code, f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"


def _usable(post: Any) -> bool:
    """Whether the connection survived: one closed by `_send` was of no use for any e-mail."""
    return getattr(post, "connection", None) is not None


def _close(post: Any) -> None:
    with suppress(smtplib.SMTPException, OSError):
        post.close()


def _short(text: str) -> str:
    return " ".join(text.split())[:500].replace("\x00", "")
