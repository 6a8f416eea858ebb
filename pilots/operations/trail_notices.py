"""Tell auditors of the trail: each day's seal, and a verification that found something.

The trail knows nothing of the programme. So this reads what it wrote, a few minutes later; a seal or a finding whose
notice was missed is told by the next call, each once.
"""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from pilots.operations.notices import notify
from portal.audit.models import Seal, Verification
from portal.audit.publishing import is_mail_due
from portal.audit.sealing import is_seal_missing
from portal.audit.verifying import is_verification_missing

LOOKED_BACK = timedelta(days=7)
"""What is older was told in its time, or is told by nobody any more."""
LONGEST_FINDING = 300
LATE_FROM = time(6)
"""From this hour on the night's sealing, with three tries, should have come to its end."""


@transaction.atomic
def tell_of_seals(*, at: datetime) -> None:
    """Tell of each day that was sealed; with the digest, so that a copy of it is kept outside the database."""
    for seal in Seal.objects.filter(sealed_at__gte=at - LOOKED_BACK).order_by("day"):
        digest = bytes(seal.digest).hex()
        notify(
            kind="trail.sealed", key=f"trail.sealed:{seal.day}", at=at, day=seal.day, events=seal.events, digest=digest
        )


@transaction.atomic
def tell_of_findings(*, at: datetime) -> None:
    """Tell, once for a day, that a verification found a difference between the trail and its seals."""
    recent = Verification.objects.filter(verified_at__gte=at - LOOKED_BACK, findings__gt=0)
    for verification in recent.order_by("pk"):
        day = timezone.localdate(verification.verified_at)
        finding = verification.first_finding[:LONGEST_FINDING]
        notify(kind="trail.broken", key=f"trail.broken:{day}", at=at, day=day, finding=finding)


@transaction.atomic
def tell_of_lateness(*, at: datetime) -> bool:
    """Tell, once for a day, that in the morning the day before is not sealed, verified and mailed; whether it is so."""
    if timezone.localtime(at).time() < LATE_FROM or not _is_undone(at):
        return False
    day = timezone.localdate(at) - timedelta(days=1)
    notify(kind="trail.late", key=f"trail.late:{day}", at=at, day=day)
    return True


def _is_undone(at: datetime) -> bool:
    unsent = is_mail_due(recipients=settings.AUDIT_SEAL_RECIPIENTS, at=at)
    return is_seal_missing(at) or is_verification_missing(at) or unsent
