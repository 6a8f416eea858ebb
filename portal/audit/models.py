"""The seals: each day's events, each with its digest, chained within the day and from day to day."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portal.shared.triggers import Protect, Trigger


def kept(table: str) -> list[pgtrigger.Trigger]:
    """Triggers that refuse update, delete and truncate."""
    return [
        Protect(name=f"{table}_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        Trigger(
            name=f"{table}_no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'Cannot truncate % : the trail is append-only.', TG_TABLE_NAME;",
        ),
    ]


class Leaf(models.Model):
    """One event of a sealed day: the digest of its row, and of the chain up to it (portal/audit/digests.py)."""

    pk = models.CompositePrimaryKey("day", "position")
    day = models.DateField(_("day"))
    position = models.PositiveIntegerField(_("position in the day"))
    table_name = models.CharField(_("table"), max_length=63)
    event_id = models.BigIntegerField(_("event"))
    digest = models.BinaryField(_("digest of the row"), max_length=32)
    chain = models.BinaryField(_("chain up to it"), max_length=32)

    class Meta:
        verbose_name = _("sealed event")
        verbose_name_plural = _("sealed events")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["table_name", "event_id"], name="leaf_once"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = kept("leaf")

    def __str__(self) -> str:
        return f"{self.day} {self.position}: {self.table_name} {self.event_id}"


class Seal(models.Model):
    """A day's events, closed: how many, the end of their chain, and the digest that the next day's seal rests on."""

    day = models.DateField(_("day"), primary_key=True)
    events = models.PositiveIntegerField(_("events"))
    root = models.BinaryField(_("end of the day's chain"), max_length=32)
    previous = models.BinaryField(_("digest of the day before"), max_length=32)
    digest = models.BinaryField(_("digest"), max_length=32)
    sealed_at = models.DateTimeField(_("sealed at"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering: ClassVar[list[str]] = ["-day"]
        triggers: ClassVar[list[pgtrigger.Trigger]] = kept("seal")

    def __str__(self) -> str:
        return f"{self.day}: {self.events}"


class SealMail(models.Model):
    """That a day's seal, or what a verification found, was mailed, and to whom."""

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, null=True, related_name="mails", verbose_name=_("seal"))
    verification = models.ForeignKey(
        "Verification", on_delete=models.PROTECT, null=True, related_name="mails", verbose_name=_("verification")
    )
    recipient = models.EmailField(_("recipient"))
    sent_at = models.DateTimeField(_("sent at"), db_default=Now())

    class Meta:
        verbose_name = _("mail of a seal")
        verbose_name_plural = _("mails of seals")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["seal", "recipient"], name="seal_mailed_once"),
            models.UniqueConstraint(fields=["verification", "recipient"], name="verification_mailed_once"),
            models.CheckConstraint(
                condition=models.Q(seal__isnull=True) ^ models.Q(verification__isnull=True),
                name="seal_mail_is_of_one",
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = kept("seal_mail")

    def __str__(self) -> str:
        return f"{self.seal_id or self.verification_id} → {self.recipient}"


class Verification(models.Model):
    """What a verification of the whole trail found."""

    verified_at = models.DateTimeField(_("verified at"))
    last_day = models.DateField(_("last sealed day"), null=True)
    events = models.PositiveBigIntegerField(_("sealed events"))
    findings = models.PositiveIntegerField(_("findings"))
    first_finding = models.CharField(_("first finding"), max_length=500, blank=True)
    first_day = models.DateField(_("day of the first finding"), null=True)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering: ClassVar[list[str]] = ["-pk"]
        triggers: ClassVar[list[pgtrigger.Trigger]] = kept("verification")

    def __str__(self) -> str:
        return f"{self.verified_at}: {self.findings}"
