"""Seals leave the database: a line in a file, a mail to the auditors."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.audit.models import Seal, SealMail, Verification
from portal.audit.verifying import anchor_file, read_anchors


def statement(seal: Seal) -> dict[str, str | int]:
    """A seal as it leaves the database."""
    return {
        "day": seal.day.isoformat(),
        "events": seal.events,
        "root": bytes(seal.root).hex(),
        "previous": bytes(seal.previous).hex(),
        "digest": bytes(seal.digest).hex(),
        "sealed_at": timezone.localtime(seal.sealed_at).isoformat(),
    }


def append_to_file() -> int:
    """Append the seals that the file lacks, through to the disk; answer how many. Raises AnchorUnreadable."""
    path = anchor_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    known = _days_in(path)
    missing = [seal for seal in Seal.objects.order_by("day") if seal.day.isoformat() not in known]
    with path.open("a", encoding="utf-8") as file:
        for seal in missing:
            file.write(json.dumps(statement(seal)) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return len(missing)


def mail(*, recipients: Sequence[str], verification: Verification | None) -> int:
    """Mail each recipient the seals that it has not got yet, in one message; answer how many messages."""
    sent = 0
    for recipient in recipients:
        seals = list(Seal.objects.exclude(mails__recipient=recipient).order_by("day"))
        if not seals and not (verification and verification.findings):
            continue
        _message(recipient, seals, verification).send()
        SealMail.objects.bulk_create(SealMail(seal=seal, recipient=recipient) for seal in seals)
        sent += 1
    return sent


def _days_in(path: Path) -> set[str]:
    if not path.exists():
        return set()
    return {day.isoformat() for day in read_anchors(path)}


def _message(recipient: str, seals: Sequence[Seal], verification: Verification | None) -> EmailMessage:
    with translation.override(settings.LANGUAGE_CODE):
        lines = [
            _("Seals of the trail. Keep this message: a seal that reads otherwise later was tampered with."),
            "",
            *(json.dumps(statement(seal)) for seal in seals),
        ]
        subject = _("Seals of the trail up to %(day)s") % {"day": seals[-1].day if seals else verification}
        if verification is not None and verification.findings:
            subject = _("The trail was tampered with: %(count)d findings") % {"count": verification.findings}
            lines = [verification.first_finding, "", *lines]
        return EmailMessage(subject=subject, body="\n".join(lines), to=[recipient])
