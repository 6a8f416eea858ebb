"""Notices in words, messages and e-mails, read."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import get_language

from pilots.models import Delivery, Message, MessagePreference, Notice
from pilots.policies.notices import visible_messages
from pilots.queries.figures.registry import FIGURES
from pilots.states.deliveries import State
from pilots.states.notice_kinds import KINDS, kinds_of
from pilots.states.notices import DEFAULT_CHOICES, Choice, Topic
from portal.accounts.models import User


@dataclass(frozen=True)
class Words:
    """What a notice says in the language that is active."""

    subject: str
    body: str


def words(notice: Notice) -> Words:
    """A notice in words; its institution, operator and region with their names of today."""
    kind = KINDS[notice.kind]
    values: dict[str, object] = {name: _said(value) for name, value in notice.parameters.items()}
    region, institution = notice.region, notice.institution
    if institution is not None:
        values |= {"institution": institution.name, "number": institution.number}
        values["owner"] = f"{institution.name} ({institution.number})"
        region = region or institution.county
    if notice.operator is not None:
        values["owner"] = notice.operator.name
    if region is not None:
        values["region"] = region.label
    if (figure := FIGURES.get(str(values.get("indicator")))) is not None:
        values["indicator"] = figure.name
    return Words(*kind.texts(values))


def _said(value: object) -> object:
    """A parameter; one that has a text for each language, in the one that is active."""
    if not isinstance(value, dict):
        return value
    return value.get(get_language()) or value.get(settings.LANGUAGE_CODE, "—")


def messages_of(user: User, *, unread: bool = False, topic: str = "") -> QuerySet[Message]:
    """A person's visible messages, newest first, with what their words need."""
    found = visible_messages(user).select_related("notice__institution__county", "notice__operator", "notice__region")
    if unread:
        found = found.filter(read_at__isnull=True)
    if topic:
        found = found.filter(notice__kind__in=kinds_of(topic))
    return found.order_by("-pk")


def choices_of(user: User) -> dict[Topic, Choice]:
    """How a person wants each topic that is to be chosen."""
    rows = MessagePreference.objects.filter(user=user).values_list("topic", "choice")
    chosen = {Topic(topic): Choice(choice) for topic, choice in rows}
    return {topic: chosen.get(topic, default) for topic, default in DEFAULT_CHOICES.items()}


def choice_for(user: User, kind_code: str) -> Choice:
    """How a person wants a notice of a kind."""
    kind = KINDS[kind_code]
    return Choice.AT_ONCE if kind.always_at_once else choices_of(user)[kind.topic]


def bounced_address(user: User) -> str:
    """The person's address, if the last e-mail to it that came to an end was refused; else empty."""
    if not user.email:
        return ""
    ended = Delivery.objects.filter(user=user, address=user.email, state__in=[State.SENT, State.BOUNCED])
    last = ended.order_by("-finished_at").values_list("state", flat=True).first()
    return user.email if last == State.BOUNCED else ""


@dataclass(frozen=True)
class Queue:
    """Outgoing e-mail in numbers."""

    waiting: int
    failing: int
    """Those of the waiting that failed at least once."""
    oldest: datetime | None
    """Since when the longest waiting one is due or tried."""
    sent: int
    bounced: int
    dead: int
    undelivered_notices: int
    """Notices that are due and have not been delivered."""


def queue(at: datetime) -> Queue:
    """Outgoing e-mail at an instant: two queries whatever its length."""
    states = {state: Count("pk", filter=Q(state=state)) for state in State}
    counts = Delivery.objects.aggregate(
        **{str(state): count for state, count in states.items()},
        failing=Count("pk", filter=Q(state=State.WAITING, attempts__gt=0)),
        oldest=Min("created_at", filter=Q(state=State.WAITING, next_attempt_at__lte=at)),
    )
    overdue = Notice.objects.filter(delivered_at__isnull=True, send_after__lte=at).count()
    return Queue(
        waiting=counts["waiting"],
        failing=counts["failing"],
        oldest=counts["oldest"],
        sent=counts["sent"],
        bounced=counts["bounced"],
        dead=counts["dead"],
        undelivered_notices=overdue,
    )
