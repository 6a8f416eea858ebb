"""Notices: written with the act they tell of, delivered to their readers as messages, read, and chosen.

`notify` is called inside the transaction of the act: both are stored, or neither. What it writes is delivered by
`deliver_due`, to those who are readers then (docs/messages.md).
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import override

from pilots.models import Delivery, Institution, Message, MessagePreference, Notice, Operator, Region
from pilots.policies.notices import basis_of, recipients, visible_messages
from pilots.policies.standing import Principal
from pilots.queries.notices import choice_for
from pilots.states.deliveries import Form, State, next_digest
from pilots.states.notice_kinds import KINDS
from pilots.states.notices import Choice, Topic
from portal.accounts.models import User
from portal.audit.trail import recorded

MOST_AT_ONCE = 500
"""Notices that one call delivers; the next minute's call goes on."""

Parameter = str | int | date | datetime | Mapping[str, str]
"""A mapping is one text in each language, by the language's code."""


def notify(  # a notice's columns, by name
    *,
    kind: str,
    key: str,
    at: datetime,
    institution: Institution | None = None,
    operator: Operator | None = None,
    region: Region | None = None,
    user: User | None = None,
    by: Principal | None = None,
    **parameters: Parameter,
) -> Notice:
    """Put a notice into the outbox, to be delivered from `at` on. The same key a second time changes nothing.

    `by` is left out of its readers, unless the notice is addressed to `by` by name. KeyError for a kind that is not
    registered, ValueError for parameters that its text does not name or misses, RuntimeError outside a transaction.
    """
    if set(parameters) != KINDS[kind].parameters:
        raise ValueError(f"{kind} takes {sorted(KINDS[kind].parameters)}, not {sorted(parameters)}.")
    if not connection.in_atomic_block:
        raise RuntimeError("A notice is written in the transaction of the act that it tells of.")
    notice, _created = Notice.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "institution": institution,
            "operator": operator,
            "region": region,
            "user": user,
            "caused_by": by if isinstance(by, User) else None,
            "parameters": {name: _plain(value) for name, value in parameters.items()},
            "send_after": at,
        },
    )
    return notice


def in_each_language(text: Callable[[], str]) -> dict[str, str]:
    """What a function says, in each of the portal's languages: a parameter that every reader reads in the own one."""
    said = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            said[code] = text()
    return said


def deliver_due(*, at: datetime, limit: int = MOST_AT_ONCE) -> int:
    """Deliver notices that are due; answer how many. Each is one transaction: delivered to all its readers, or not."""
    return next((done for done in range(limit) if not _deliver_next(at)), limit)


def mark_read(*, message_id: int, by: User, at: datetime) -> bool:
    """Note that a person has read a message; whether it was unread before."""
    return _mark([message_id], by, at) == 1


def mark_all_read(*, up_to: int, by: User, at: datetime) -> int:
    """Note that a person has read every message up to the one of that id: what came since was not on the page."""
    unread = visible_messages(by).filter(read_at__isnull=True, pk__lte=up_to)
    return _mark(list(unread.values_list("pk", flat=True)), by, at)


@recorded("messages.chosen")
def choose_delivery(*, by: User, choices: Mapping[Topic, Choice], language: str) -> None:
    """Store how a person wants messages: by topic, and in which language mails are written."""
    for topic, choice in choices.items():
        MessagePreference.objects.update_or_create(user=by, topic=topic, defaults={"choice": choice})
    by.language = language
    by.save(update_fields=["language"])


def unread_count(user: User) -> int:
    """How many messages wait unread. No query while the person's standing is the one the stored count rests on."""
    if not user.unread_basis:
        return 0
    if user.unread_basis == basis_of(user):
        return user.unread_messages
    return recount_unread(user)


@transaction.atomic
def recount_unread(user: User) -> int:
    """Count a person's unread messages anew, after a membership began or ended."""
    # Deliveries add to the count under the same lock, so none is missed and none counted twice.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    unread = visible_messages(user).filter(read_at__isnull=True).count()
    user.unread_messages, user.unread_basis = unread, basis_of(user)
    user.save(update_fields=["unread_messages", "unread_basis"])
    return unread


@transaction.atomic
def _deliver_next(at: datetime) -> bool:
    due = Notice.objects.filter(delivered_at__isnull=True, send_after__lte=at).order_by("send_after", "pk")
    notice = due.select_for_update(skip_locked=True).first()
    if notice is None:
        return False
    for user in recipients(notice):
        Message.objects.create(notice=notice, user=user, created_at=at, delivery=_delivery(notice, user, at))
        basis = Case(When(unread_basis="", then=Value(basis_of(user))), default=F("unread_basis"))
        User.objects.filter(pk=user.pk).update(unread_messages=F("unread_messages") + 1, unread_basis=basis)
    notice.delivered_at = at
    notice.save(update_fields=["delivered_at"])
    return True


def _delivery(notice: Notice, user: User, at: datetime) -> Delivery | None:
    """The e-mail that will carry the message: its own, or the next digest that has not gone yet."""
    choice = choice_for(user, notice.kind)
    if choice == Choice.IN_APP or not user.email:
        return None
    if choice == Choice.AT_ONCE:
        return Delivery.objects.create(
            key=f"notice:{notice.pk}:{user.pk}", user=user, form=Form.SINGLE, next_attempt_at=at
        )
    form = Form.DAILY if choice == Choice.DAILY else Form.WEEKLY
    due = next_digest(choice, at)
    while (digest := _digest(user, form, due)).state != State.WAITING or digest.attempts:
        due = next_digest(choice, due)
    return digest


def _digest(user: User, form: Form, due: datetime) -> Delivery:
    key = f"{form}:{user.pk}:{timezone.localdate(due)}"
    Delivery.objects.get_or_create(key=key, defaults={"user": user, "form": form, "next_attempt_at": due})
    # Locked until the message hangs on it: a sender cannot take the digest without it.
    return Delivery.objects.select_for_update().get(key=key)


@transaction.atomic
def _mark(message_ids: list[int], by: User, at: datetime) -> int:
    visible = list(visible_messages(by).filter(pk__in=message_ids).values_list("pk", flat=True))
    # By the table's own columns, so that of two clicks at once one changes the row and the other finds it changed.
    changed = Message.objects.filter(pk__in=visible, read_at__isnull=True).update(read_at=at)
    lowered = Greatest(F("unread_messages") - changed, 0)
    User.objects.filter(pk=by.pk).update(unread_messages=lowered)
    return changed


def _plain(value: Parameter) -> str | int | dict[str, str]:
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Mapping):
        return dict(value)
    return value.isoformat() if isinstance(value, date) else value
