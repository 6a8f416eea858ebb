"""Seals as rows of a page: what can be said of each at a glance."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.digests import seal_digest
from portal.audit.models import Seal, Verification

Row = dict[str, Any]


def verification() -> Row | None:
    """What the last verification found; None before the first."""
    last = Verification.objects.first()
    if last is None:
        return None
    instant = timezone.localtime(last.verified_at).strftime("%Y-%m-%d %H:%M")
    sound = last.findings == 0
    return {
        "sound": sound,
        "instant": instant,
        "text": _("The whole trail was verified on %(instant)s: nothing was altered.") % {"instant": instant}
        if sound
        else _("The verification of the trail on %(instant)s has %(count)d findings. The first: %(first)s")
        % {"count": last.findings, "instant": instant, "first": last.first_finding},
        "last_day": last.last_day,
        "first_day": last.first_day,
    }


def seal_rows(seals: Iterable[Seal], last: Row | None) -> list[Row]:
    """One row a seal."""
    rows = []
    for seal in seals:
        sign, word = _state(seal, last)
        rows.append(
            {
                "day": seal.day.isoformat(),
                "events": f"{seal.events:,}",
                "digest": bytes(seal.digest).hex(),
                "sealed": timezone.localtime(seal.sealed_at).strftime("%Y-%m-%d %H:%M"),
                "status": sign,
                "status_label": word,
            }
        )
    return rows


def _state(seal: Seal, last: Row | None) -> tuple[str, str]:
    """The seal itself is looked at now; its events were when the whole trail was verified."""
    own = seal_digest(seal.day, seal.events, bytes(seal.root), bytes(seal.previous), seal.sealed_at)
    if bytes(seal.digest) != own:
        return "behind", _("altered")
    if last is None or last["last_day"] is None or seal.day > last["last_day"]:
        return "pending", _("not yet verified")
    if last["sound"]:
        return "met", _("verified")
    if last["first_day"] is not None and seal.day < last["first_day"]:
        return "met", _("verified")
    return "behind", _("see the finding")
