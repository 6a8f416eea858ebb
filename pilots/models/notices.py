"""The outbox: notices written with the act that they tell of, messages to people, e-mails that carry these."""

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pilots.models.institutions import Institution, Operator
from pilots.models.ledgers import ClockTimestamp
from pilots.models.regions import Region
from pilots.states.deliveries import Form, State
from pilots.states.notices import Choice, Topic
from portal.audit.tracking import tracked


class Notice(models.Model):
    """That something happened which people should know: one row of the outbox, under a key that is there once.

    Who its readers are is decided when it is delivered. `parameters` serve the text and nothing else.
    """

    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(_("key"), max_length=200, unique=True)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("institution")
    )
    operator = models.ForeignKey(
        Operator, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("operator")
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person addressed"),
    )
    caused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("caused by"),
    )
    parameters = models.JSONField(_("parameters of the text"), default=dict)
    send_after = models.DateTimeField(_("send after"))
    created_at = models.DateTimeField(_("created at"), db_default=ClockTimestamp(), editable=False)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["send_after"], condition=Q(delivered_at__isnull=True), name="notice_undelivered"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


def new_message_id() -> str:
    """The unguessable part of an e-mail's Message-ID: a report of non-delivery that names it was an answer to it."""
    return secrets.token_hex(16)


class Delivery(models.Model):
    """One e-mail to one person, carrying one message or a digest of several; sent at least once.

    Its `message_id` stays the same over all tries, so that a mailbox or a reader can recognise a repetition.
    """

    key = models.CharField(_("key"), max_length=100, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("person")
    )
    form = models.CharField(_("form"), max_length=10, choices=Form)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_attempt_at = models.DateTimeField(_("next try"))
    message_id = models.CharField(_("Message-ID"), max_length=40, unique=True, default=new_message_id, editable=False)
    address = models.EmailField(_("address"), blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("outgoing e-mail")
        verbose_name_plural = _("outgoing e-mails")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state=State.WAITING, finished_at__isnull=True)
                | (~Q(state=State.WAITING) & Q(finished_at__isnull=False)),
                name="delivery_finished_unless_waiting",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["next_attempt_at"], condition=Q(state=State.WAITING), name="delivery_due"),
            models.Index(fields=["state", "-id"], name="delivery_by_state"),
            models.Index(fields=["user", "-id"], name="delivery_by_user"),
        ]

    def __str__(self) -> str:
        return self.key


class Message(models.Model):
    """A notice as one of its readers has it: in the portal, and in the e-mail that carries it, if any."""

    notice = models.ForeignKey(
        Notice, on_delete=models.PROTECT, related_name="messages", db_index=False, verbose_name=_("notice")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="messages",
        db_index=False,
        verbose_name=_("reader"),
    )
    delivery = models.ForeignKey(
        Delivery,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("outgoing e-mail"),
    )
    created_at = models.DateTimeField(_("delivered at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["notice", "user"], name="message_once_a_reader"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-id"], name="message_by_reader"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="message_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} → {self.user_id}"


@tracked()
class MessagePreference(models.Model):
    """How a person wants the messages of a topic; without a row, the topic's default holds."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    topic = models.CharField(_("topic"), max_length=20, choices=Topic)
    choice = models.CharField(_("delivery"), max_length=10, choices=Choice)

    class Meta:
        verbose_name = _("message preference")
        verbose_name_plural = _("message preferences")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "topic"], name="message_preference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.topic}: {self.choice}"
