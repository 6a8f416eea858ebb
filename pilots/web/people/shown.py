"""What the pages of people show, decided here so that their templates only print."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pilots.models import AccountChange, Membership
from pilots.operations.administration import administration_end, administration_grant
from pilots.policies.acts import Line
from pilots.states.people import AccountAct, Phase, phase_of
from pilots.states.roles import ADMINISTRATOR_ROLES, Role
from portal.accounts.models import User
from portal.approvals.policies import visible_proposals

Row = dict[str, Any]

PHASES = {Phase.IN_FORCE: "met", Phase.TO_COME: "pending", Phase.OVER: "neutral", Phase.WITHDRAWN: "neutral"}
ACTS = {
    AccountAct.CREATED: "info",
    AccountAct.SWITCHED_ON: "met",
    AccountAct.SWITCHED_OFF: "behind",
    AccountAct.SWITCHED_OFF_IDLE: "at_risk",
    AccountAct.PASSWORD_RESET: "info",
    AccountAct.FACTORS_REMOVED: "info",
    AccountAct.FACTOR_ADDED: "met",
    AccountAct.FACTOR_REMOVED: "at_risk",
    AccountAct.CODES_RENEWED: "info",
    AccountAct.IDENTITY_SET: "info",
}


def list_row(person: User, memberships: Iterable[Membership], day: date, *, places: bool) -> Row:
    """A row of the list: the person with the roles that hold on a day, or that are to come."""
    lasting = [each for each in memberships if phase_of(each.starts_on, each.ends_on, day) in _LASTING]
    return {
        "name": person.name,
        "username": person.username,
        "url": reverse("person", args=[person.pk]),
        "roles": [
            {
                "role": Role(each.role).label,
                "place": place_of(each) if places else "",
                "remark": "" if each.starts_on <= day else _("from %(first)s") % {"first": each.starts_on},
            }
            for each in lasting
        ],
        "signed_in": instant(person.last_login) if person.last_login else _("never signed in"),
        "status": account_status(person),
    }


def account_status(person: User) -> Row:
    """Whether the account can be used, as a word with a sign."""
    if person.is_active:
        return {"status": "met", "label": _("switched on")}
    return {"status": "behind", "label": _("switched off")}


def membership_row(membership: Membership, day: date, *, places: bool = True) -> Row:
    """A membership over time."""
    phase = phase_of(membership.starts_on, membership.ends_on, day)
    return {
        "pk": membership.pk,
        "role": Role(membership.role).label,
        "place": place_of(membership) if places else "",
        "period": _period(membership, phase),
        "status": {"status": PHASES[phase], "label": phase.label},
        "given": _said(membership.recorded_by, membership.recorded_at, membership.reason),
        "ended": _said(membership.ended_by, membership.ended_at, membership.end_reason) if membership.ended_at else "",
        "actions": [],
    }


def membership_actions(membership: Membership, day: date) -> list[Row]:
    """What whoever manages a membership can do with it today."""
    if phase_of(membership.starts_on, membership.ends_on, day) not in _LASTING:
        return []
    arguments = [membership.user_id, membership.pk]
    if membership.role in ADMINISTRATOR_ROLES:
        return [{"label": _("Propose its end"), "url": reverse("administration_end", args=arguments)}]
    return [
        {"label": _("Change"), "url": reverse("membership_change", args=arguments)},
        {"label": _("End"), "url": reverse("membership_end", args=arguments)},
    ]


def waiting(reader: object, person: User) -> list[Row]:
    """Open proposals about a person's administrator roles, as far as the reader sees them."""
    acts = {each.act: each for each in (administration_grant, administration_end)}
    found = visible_proposals(reader).open_at(timezone.now()).filter(act__in=acts, place=str(person.pk))
    return [
        {
            "name": acts[each.act].matter.name,
            "label": each.label,
            "url": reverse("proposal", args=[each.pk]),
            "by": str(each.proposed_by),
            "grants": each.act == administration_grant.act,
            "ends": each.subject if each.act == administration_end.act else "",
        }
        for each in found.select_related("proposed_by").order_by("pk")
    ]


def change_row(change: AccountChange) -> Row:
    """A line of an account's ledger."""
    act = AccountAct(change.act)
    by = change.recorded_by.display_name if change.recorded_by else _("the portal, or its server's shell")
    return {
        "status": {"status": ACTS[act], "label": act.label},
        "at": instant(change.recorded_at),
        "by": by,
        "reason": change.reason,
    }


def acts(lines: Iterable[Line]) -> list[Row]:
    """Acts with the states in which they are possible."""
    rows: dict[str, Row] = {}
    for line in lines:
        act = line.act
        empty = {"on": act.on.label, "label": act.label, "remark": act.remark, "states": ""}
        row = rows.setdefault(act.code, empty)
        row["states"] = "、".join(part for part in (row["states"], str(line.state.label)) if part)
    return list(rows.values())


def place_of(membership: Membership) -> str:
    """Where the role holds."""
    place = membership.region.label if membership.region else ""
    if membership.institution is not None:
        place = membership.institution.name
    if membership.operator is not None:
        place = _("all institutions of %(operator)s") % {"operator": membership.operator.name}
    return f"{place} · {membership.department}" if membership.department else place


def instant(at: datetime) -> str:
    """A point in time, to the minute."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


_LASTING = (Phase.IN_FORCE, Phase.TO_COME)


def _period(membership: Membership, phase: Phase) -> str:
    if phase == Phase.WITHDRAWN:
        return _("was to begin on %(first)s") % {"first": membership.starts_on}
    if membership.ends_on is None:
        return _("from %(first)s") % {"first": membership.starts_on}
    return _("from %(first)s to %(last)s") % {"first": membership.starts_on, "last": membership.ends_on}


def _said(by: User | None, at: datetime, reason: str) -> str:
    parts = [by.display_name if by else "", instant(at), reason]
    return " · ".join(part for part in parts if part)
