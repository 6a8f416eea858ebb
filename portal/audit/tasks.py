"""The seals as Celery tasks: thin, replayable, without arguments."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from celery import shared_task
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from portal.audit import publishing, sealing, verifying
from portal.audit.verifying import AnchorUnreadable
from portal.shared.refusals import DomainError

logger = logging.getLogger(__name__)


@shared_task
def seal_trail() -> None:
    """Seal the days that are over, verify the whole trail, and let the seals leave the database.

    Each step is tried whatever became of the one before. What stays undone is tried again every hour, and told in the
    morning (docs/trail.md).
    """
    now = timezone.now()
    with _tried("sealing"):
        seals = sealing.seal_days(at=now)
        logger.info("Trail: %d days sealed.", len(seals))
    problem = _to_file()
    with _tried("verification"):
        verification = verifying.record_verification(at=now, problem=problem)
        logger.info("Trail: %d findings.", verification.findings)
    _mail(now)


@shared_task
def catch_up() -> None:
    """Do what the night left undone: a day that a long transaction held open, a mail that could not be sent."""
    now = timezone.now()
    if sealing.is_seal_missing(now) or verifying.is_verification_missing(now):
        seal_trail()
    else:
        _mail(now)


@contextmanager
def _tried(step: str) -> Iterator[None]:
    """A step that fails is logged and keeps no other from its turn."""
    try:
        yield
    except (DatabaseError, DomainError):
        logger.exception("Trail: the %s failed.", step)


def _to_file() -> str:
    """Append the seals to their file; answer what went wrong."""
    try:
        publishing.append_to_file()
    except AnchorUnreadable as problem:
        logger.exception("The seals could not be appended to their file.")
        return str(problem)
    return ""


def _mail(now: datetime) -> None:
    sent = publishing.mail_due(recipients=settings.AUDIT_SEAL_RECIPIENTS, at=now)
    logger.info("Trail: %d mails sent.", sent)
