"""What the pages about API keys show, decided here so that their templates only print."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pilots.models import Institution, InstitutionKey, Operator
from pilots.policies.timelines import Keys
from pilots.queries.keys import keys_of_institution, keys_of_operator, operator_keys_opening
from pilots.web.days import dated
from portal.accounts.keys import LIVE, KeyState, state_of
from portal.accounts.models import ApiKey
from portal.accounts.ranges import shown_range
from portal.accounts.scopes import Scope

Row = dict[str, Any]

SIGNS = {
    KeyState.VALID: "met",
    KeyState.EXPIRING: "at_risk",
    KeyState.OUTGOING: "pending",
    KeyState.REPLACED: "neutral",
    KeyState.EXPIRED: "neutral",
    KeyState.REVOKED: "neutral",
}


@dataclass(frozen=True)
class Owner:
    """Whose keys a page is about: an institution's, or an operator's."""

    institution: Institution | None = None
    operator: Operator | None = None

    @property
    def name(self) -> str:
        """The institution's or the operator's."""
        return self.institution.name if self.institution else str(self.operator)

    @property
    def timeline(self) -> Keys:
        """The keys as the subject of a timeline."""
        owner = self.institution or self.operator
        assert owner is not None
        return Keys(owner)

    def url(self, page: str, *more: str) -> str:
        """A page about the owner's keys."""
        if self.institution is not None:
            return reverse(f"institution_{page}", args=[self.institution.number, *more])
        assert self.operator is not None
        return reverse(f"operator_{page}", args=[self.operator.pk, *more])

    @property
    def example(self) -> str:
        """The path of a call with the key."""
        return reverse("api:capacity_reports", args=[self.institution.number if self.institution else "NUMBER"])

    def keys(self, at: datetime) -> QuerySet[InstitutionKey]:
        """The owner's keys: those that work first."""
        if self.institution is not None:
            return keys_of_institution(self.institution, at)
        assert self.operator is not None
        return keys_of_operator(self.operator, at)

    def others(self, at: datetime) -> list[InstitutionKey]:
        """Keys of the institution's operator: they open the institution too."""
        if self.institution is None or self.institution.operator_id is None:
            return []
        return list(operator_keys_opening(self.institution, at))

    def context(self, leaf: str = "") -> Row:
        """Heading and breadcrumb of a page about the keys; `leaf` names a page below the list."""
        home = {"label": _("My institutions"), "url": reverse("mine")}
        if self.institution is not None:
            file_url = dated(reverse("institution", args=[self.institution.number]), timezone.localdate())
            home = {"label": self.name, "url": file_url}
        crumbs: list[Row] = [home, {"label": _("API keys"), "url": self.url("keys") if leaf else None}]
        if leaf:
            crumbs.append({"label": leaf, "url": None})
        return {"owner": {"name": self.name, "of_operator": self.operator is not None}, "breadcrumb": crumbs}


def key_row(grant: InstitutionKey, owner: Owner | None, at: datetime) -> Row:
    """A key in the list; without an owner it is only shown, not managed."""
    key = grant.key
    state = state_of(key, at)
    acts = []
    if owner is not None and state in LIVE:
        if state != KeyState.OUTGOING:
            acts.append({"label": _("Rotate"), "url": owner.url("key_rotate", key.prefix)})
        acts.append({"label": _("Revoke"), "url": owner.url("key_revoke", key.prefix)})
    return {
        "label": key.label or "—",
        "prefix": f"tuoyu_{key.prefix}_…",
        "scopes": [{"code": scope, "label": Scope(scope).label} for scope in key.scopes],
        "addresses": [shown_range(each) for each in key.addresses],
        "created": day_of(key.created_at),
        "created_by": str(key.created_by) if key.created_by else _("by command"),
        "expires": day_of(key.expires_at),
        "last_used": instant_of(key.last_used_at) if key.last_used_at else _("not used yet"),
        "last_used_from": key.last_used_from or "",
        "status": SIGNS[state],
        "status_label": _word(key, state, at),
        "note": _note(key, state),
        "live": state in LIVE,
        "acts": acts,
    }


def foreign_row(grant: InstitutionKey, number: str, at: datetime, *, may_end: bool) -> Row:
    """A key of the operator in the list of one of its institutions: never whence it is used elsewhere.

    Who may end it (the institution's county unit) also sees when it was last used.
    """
    row = key_row(grant, None, at)
    shown = ("label", "prefix", "scopes", "expires", "status", "status_label", "note", "live", "acts")
    found = {name: row[name] for name in shown}
    if may_end:
        revoke_url = reverse("institution_operator_key_revoke", args=[number, grant.key.prefix])
        found |= {"last_used": row["last_used"], "acts": [{"label": _("Revoke"), "url": revoke_url}]}
    return found


def foreign_facts(grant: InstitutionKey, at: datetime) -> list[Row]:
    """The same on the page that ends it."""
    row = key_row(grant, None, at)
    return [
        {"label": _("Key"), "value": row["prefix"], "code": True},
        {"label": _("Operator or brand"), "value": str(grant.operator)},
        {"label": _("Label"), "value": row["label"]},
        {"label": _("May be used to"), "value": "；".join(str(scope["label"]) for scope in row["scopes"])},
        {"label": _("Expires"), "value": row["expires"]},
        {"label": _("Last used"), "value": row["last_used"]},
    ]


def key_facts(grant: InstitutionKey, at: datetime) -> list[Row]:
    """A key on the page of an act on it."""
    row = key_row(grant, None, at)
    used = " · ".join(part for part in (row["last_used"], row["last_used_from"]) if part)
    known = {"label": _("Key"), "value": row["prefix"], "code": True}
    return [known, *key_terms(grant, at), {"label": _("Last used"), "value": used}]


def key_terms(grant: InstitutionKey, at: datetime) -> list[Row]:
    """What a key may be used for, from where and until when."""
    row = key_row(grant, None, at)
    return [
        {"label": _("Label"), "value": row["label"]},
        {"label": _("May be used to"), "value": "；".join(str(scope["label"]) for scope in row["scopes"])},
        {"label": _("Allowed addresses"), "value": "，".join(row["addresses"]) or _("from anywhere")},
        {"label": _("Expires"), "value": row["expires"]},
    ]


def expiring_notice(rows: list[Row]) -> str:
    """A sentence where keys end soon and have no successor."""
    names = [row["label"] for row in rows if row["status"] == SIGNS[KeyState.EXPIRING]]
    if not names:
        return ""
    said = ngettext(
        "%(count)s key expires within 30 days: %(names)s. Rotate it in time, or the software stops reporting.",
        "%(count)s keys expire within 30 days: %(names)s. Rotate them in time, or the software stops reporting.",
        len(names),
    )
    return said % {"count": len(names), "names": "、".join(names)}


def day_of(instant: datetime) -> str:
    """The day in Shanghai."""
    return timezone.localdate(instant).isoformat()


def instant_of(instant: datetime) -> str:
    """Day and minute in Shanghai."""
    return f"{timezone.localtime(instant):%Y-%m-%d %H:%M}"


def _word(key: ApiKey, state: KeyState, at: datetime) -> str:
    if state != KeyState.EXPIRING:
        return str(state.label)
    days = (timezone.localdate(key.expires_at) - timezone.localdate(at)).days
    return ngettext("expires in %(days)s day", "expires in %(days)s days", days) % {"days": days}


def _note(key: ApiKey, state: KeyState) -> str:
    if state == KeyState.REVOKED and key.revoked_at is not None:
        return _("%(instant)s: %(reason)s") % {"instant": instant_of(key.revoked_at), "reason": key.revoked_reason}
    if state == KeyState.OUTGOING:
        said = _("works until %(instant)s, replaced by tuoyu_%(prefix)s_…")
        return said % {"instant": instant_of(key.expires_at), "prefix": key.successor.prefix}
    if state == KeyState.REPLACED:
        return _("replaced by tuoyu_%(prefix)s_…") % {"prefix": key.successor.prefix}
    if key.rotated_from is not None:
        return _("replaces tuoyu_%(prefix)s_…") % {"prefix": key.rotated_from.prefix}
    return ""
