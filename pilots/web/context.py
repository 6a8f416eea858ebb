"""What every page knows: the portal's name, the navigation, the roles of the person signed in."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from pilots.policies.regions import sees_region
from pilots.policies.standing import standing
from pilots.states.roles import Role
from pilots.web.days import dated, request_demo
from portal.accounts.models import User
from portal.shared.requests import current_request_id


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
    return {
        "user_roles": "、".join(str(Role(role).label) for role in sorted(held.roles)),
        "navigation": [
            {"label": label, "url": url, "icon": icon, "active": request.path.startswith(prefix)}
            for label, url, icon, prefix in _entries(bool(held.reading), bool(held.institutions))
        ],
    }


def _entries(reads: bool, speaks: bool) -> list[tuple[str, str, str, str]]:  # noqa: FBT001  # two facts, not switches
    entries = []
    if reads:
        entries.append((_("Overview"), reverse("home"), "home", "/regions/"))
        entries.append((_("Institutions"), reverse("institutions"), "building-community", "/institutions/"))
    if speaks:
        entries.append((_("My institutions"), reverse("mine"), "report", "/institution/"))
    return entries
