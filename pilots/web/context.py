"""What every page knows: the portal's name, the navigation, the roles of the person signed in."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from pilots.operations.notices import unread_count
from pilots.policies.disclosures import may_audit
from pilots.policies.notices import may_watch_mail
from pilots.policies.people import manages_people
from pilots.policies.regions import sees_region
from pilots.policies.standing import Standing, standing
from pilots.policies.trail import may_read_trail
from pilots.states.roles import ADMINISTRATOR_ROLES, Role
from pilots.web.days import dated, request_demo
from portal.accounts.models import User
from portal.shared.requests import current_request_id

_REVIEWING = ADMINISTRATOR_ROLES | {Role.AUDITOR}
"""Besides officers: those whose own acts need two people, and those who look on."""
MANY_UNREAD = 100
"""From here on the number of unread messages says nothing more, and would not fit on a telephone."""


def portal(request: HttpRequest) -> dict[str, Any]:
    """Context processor of all pages."""
    demo = request_demo(request)
    return {
        "portal": {
            "name": _("Childcare Pilot Portal"),
            "version": settings.PORTAL_VERSION,
            "request_id": current_request_id(),
            "demo": demo is not None,
            "demo_notice": _("Sample data: invented records that add up to published figures. Not for decisions.")
            if demo
            else "",
            "demo_url": dated(reverse("region", args=[demo.region_id]), demo.day)
            if demo and sees_region(getattr(request, "user", AnonymousUser()), demo.region)
            else "",
        },
        **_people(request),
    }


def _people(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    held = standing(user)
    unread = unread_count(user)
    return {
        "unread_count": unread,
        "unread_shown": str(unread) if unread < MANY_UNREAD else f"{MANY_UNREAD - 1}+",
        "user_roles": "、".join(str(Role(role).label) for role in sorted(held.roles)),
        "navigation": [
            {"label": label, "url": url, "icon": icon, "active": _is_at(request.path, prefix)}
            for label, url, icon, prefix in [
                *_entries(held, user),
                *_people_entries(user),
                *_audit_entries(user),
            ]
        ],
    }


def _entries(held: Standing, user: User) -> list[tuple[str, str, str, str]]:
    entries = []
    if held.reading:
        entries.append((_("Overview"), reverse("home"), "home", "/regions/"))
        entries.append((_("Institutions"), reverse("institutions"), "building-community", "/institutions/"))
        entries.append((_("Targets"), reverse("targets"), "target-arrow", "/targets/"))
    if held.steering or held.roles & _REVIEWING:
        entries.append((_("Two-person review"), reverse("proposals"), "checklist", "/proposals/"))
    if held.institutions:
        entries.append((_("My institutions"), reverse("mine"), "report", "/institution/"))
    if may_audit(user):
        entries.append((_("Disclosures"), reverse("disclosures"), "eye-check", "/system/disclosures/"))
    if may_watch_mail(user):
        entries.append((_("Outgoing e-mail"), reverse("mail_queue"), "mail", "/system/messages/"))
    return entries


def _people_entries(user: User) -> list[tuple[str, str, str, str]]:
    return [(_("People"), reverse("people"), "users", "/people/")] if manages_people(user) else []


def _is_at(path: str, prefix: str) -> bool:
    """Whether a page belongs to an entry; one's own roles are everyone's page, not the office's.

    How an office's people sign in hangs on its region, and is reached from its people.
    """
    if path.startswith("/regions/") and path.endswith("/sign-in/"):
        return prefix == "/people/"
    return path.startswith(prefix) and path != reverse("my_roles")


def _audit_entries(user: User) -> list[tuple[str, str, str, str]]:
    if not may_read_trail(user):
        return []
    return [
        (_("Trail"), reverse("trail"), "history", "/system/trail/"),
        (_("Seals"), reverse("seals"), "lock", "/system/seals/"),
    ]
