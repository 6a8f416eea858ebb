"""Seals leave the database: a line in a file, a mail to the auditors."""

import json
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import RawIOBase
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.audit.models import Seal, SealMail, Verification
from portal.audit.verifying import AnchorUnreadable, anchor_file, read_anchors

logger = logging.getLogger(__name__)

FINDINGS_MAILED = timedelta(days=7)
"""Older findings are mailed to nobody any more."""
_LOCK = 0x706F7374  # any number that is ours alone: "post"


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
    """Append the seals that the file lacks, through to the disk; answer how many.

    Raises AnchorUnreadable where it is no file of seals or cannot be written; then it is as it was.
    """
    path = anchor_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        known = _days_in(path)
        missing = [seal for seal in Seal.objects.order_by("day") if seal.day.isoformat() not in known]
        _append(path, "".join(json.dumps(statement(seal)) + "\n" for seal in missing).encode())
    except OSError as problem:
        raise AnchorUnreadable(f"{path} cannot be written: {problem}") from problem
    return len(missing)


def mail_due(*, recipients: Sequence[str], at: datetime) -> int:
    """Mail each recipient the seals and findings that it has not got yet, in one message; answer how many messages.

    A recipient that cannot be reached keeps no other from its message; the next call tries again.
    """
    with _alone() as alone:
        return sum(_mail(recipient, at) for recipient in recipients) if alone else 0


def is_mail_due(*, recipients: Sequence[str], at: datetime) -> bool:
    """Whether a recipient has not got everything yet."""
    return any(any(_due(recipient, at)) for recipient in recipients)


def _append(path: Path, lines: bytes) -> None:
    """All lines, or none: half a line would make the file unreadable for ever."""
    with path.open("ab", buffering=0) as file:
        end = file.tell()
        try:
            _to_disk(file, lines)
        except OSError:
            file.truncate(end)
            raise


def _to_disk(file: RawIOBase, lines: bytes) -> None:
    if file.write(lines) != len(lines):
        raise OSError("no space left")
    os.fsync(file.fileno())


def _days_in(path: Path) -> set[str]:
    if not path.exists():
        return set()
    return {day.isoformat() for day in read_anchors(path)}


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else is mailing: two at once would send everything twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        (alone,) = cursor.fetchone()
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _due(recipient: str, at: datetime) -> tuple[list[Seal], list[Verification]]:
    seals = Seal.objects.exclude(mails__recipient=recipient).order_by("day")
    found = Verification.objects.filter(findings__gt=0, verified_at__gte=at - FINDINGS_MAILED)
    return list(seals), list(found.exclude(mails__recipient=recipient).order_by("pk"))


def _mail(recipient: str, at: datetime) -> bool:
    seals, found = _due(recipient, at)
    if not seals and not found:
        return False
    try:
        _message(recipient, seals, found).send()
    except (OSError, ValueError):  # smtplib's errors are OSError; ValueError: no address at all
        logger.exception("Seals could not be mailed to %s; the next hour tries again.", recipient)
        return False
    sent = [SealMail(seal=seal, recipient=recipient) for seal in seals]
    SealMail.objects.bulk_create([*sent, *(SealMail(verification=each, recipient=recipient) for each in found)])
    return True


def _message(recipient: str, seals: Sequence[Seal], found: Sequence[Verification]) -> EmailMessage:
    with translation.override(settings.LANGUAGE_CODE):
        lines = [f"{timezone.localdate(each.verified_at)}: {each.first_finding}" for each in found]
        if seals:
            lines += [
                *([""] if found else []),
                _("Seals of the trail. Keep this message: a seal that reads otherwise later was tampered with."),
                "",
                *(json.dumps(statement(seal)) for seal in seals),
            ]
            subject = _("Seals of the trail up to %(day)s") % {"day": seals[-1].day}
        if found:
            subject = _("Verification of the trail: %(count)d findings") % {"count": found[-1].findings}
        return EmailMessage(subject=subject, body="\n".join(lines), to=[recipient])
