"""People: the list, one person, and oneself."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from pilots.models import Membership, Region
from pilots.policies import people as policies
from pilots.policies.acts import acts_of
from pilots.policies.standing import standing
from pilots.policies.timelines import Person
from pilots.queries.people import changes_of, counted, narrowed, with_places
from pilots.states.management import RULES
from pilots.states.roles import ADMINISTRATOR_ROLES, Role
from pilots.web.days import asks_for
from pilots.web.people import shown
from pilots.web.people.forms import PeopleFilter
from pilots.web.timelines import timeline_of
from portal.accounts.demands import has_second_factor
from portal.accounts.models import User
from portal.shared.audience import Audience, open_to

PAGE_SIZE = 50


@open_to(Audience.OFFICE)
@require_safe
@vary_on_headers("HX-Request")
def index(request: HttpRequest) -> HttpResponse:
    """People whom the reader manages, searched and filtered."""
    if not policies.manages_people(request.user):
        raise PermissionDenied
    today = timezone.localdate()
    keeps = policies.keeps_accounts(request.user)
    filters = PeopleFilter(request.GET, roles=list(Role) if keeps else _managed_roles(request))
    circle = policies.circle_of(request.user)
    found = narrowed(circle.people, circle.memberships, today, **filters.chosen())
    numbers = counted(found)
    paginator = Paginator(found.order_by("name", "pk"), PAGE_SIZE)
    paginator.count = count = numbers.found  # where it keeps its own
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "request": request,
        "filters": filters,
        "page_obj": page,
        "rows": _rows(list(page.object_list), with_places(circle.memberships), places=not keeps),
        "result_text": ngettext("%(count)s person", "%(count)s people", count) % {"count": f"{count:,}"},
        "off_text": _off(numbers.off),
        "filtered": any(filters.chosen().values()),
        "reset_url": reverse("people"),
        "create_url": reverse("person_new") if _invites(request) else "",
        "sign_in_links": _sign_in_links(request),
    }
    template = "_rows.html" if asks_for(request, "people-rows") else "list.html"
    return render(request, f"pilots/people/{template}", context)


@open_to(Audience.OFFICE)
@require_safe
def detail(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person: memberships over time, the account, and what the reader can do."""
    person = get_object_or_404(policies.visible_people(request.user), pk=person_id)
    return render(request, "pilots/people/detail.html", {**person_context(request, person), "request": request})


@open_to(Audience.SIGNED_IN)
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Everyone's own memberships, and what they open."""
    assert isinstance(request.user, User)
    today = timezone.localdate()
    memberships = list(with_places(Membership.objects.filter(user=request.user)))
    roles = [role for role in Role if any(each.role == role and _in_force(each) for each in memberships)]
    context = {
        "memberships": [shown.membership_row(each, today) for each in memberships],
        "acts": shown.acts(acts_of(roles)),
        "roles_url": reverse("roles"),
    }
    return render(request, "pilots/people/me.html", context)


def person_context(request: HttpRequest, person: User) -> dict[str, Any]:
    """What the page of one person shows to this reader."""
    today, keeps = timezone.localdate(), policies.keeps_accounts(request.user)
    memberships = list(with_places(policies.visible_memberships(request.user).filter(user=person)))
    managed = set(policies.managed_memberships(request.user).filter(user=person).values_list("pk", flat=True))
    waiting = shown.waiting(request.user, person)
    ending = {row["ends"] for row in waiting}
    rows = [
        {
            **shown.membership_row(each, today, places=not keeps or each.pk in managed),
            "actions": shown.membership_actions(each, today)
            if each.pk in managed and str(each.pk) not in ending
            else [],
        }
        for each in memberships
    ]
    switches = policies.may_switch_account(request.user, person)
    return {
        "person": person,
        "status": shown.account_status(person),
        "signed_in": shown.instant(person.last_login) if person.last_login else _("never signed in"),
        "joined": shown.instant(person.date_joined),
        "memberships": rows,
        "waiting": waiting,
        "elsewhere": Membership.objects.filter(user=person).exclude(pk__in=[each.pk for each in memberships]).exists(),
        "actions": _actions(request, person, memberships, proposed=any(row["grants"] for row in waiting)),
        "account_actions": _account_actions(request, person, switches=switches),
        "account_known": switches,
        "identity_known": switches and bool(settings.OIDC_ISSUER or person.external_id),
        "changes": [shown.change_row(change) for change in changes_of(person)] if switches else [],
        **timeline_of(request, Person(person, account=switches)),
        "breadcrumb": [{"label": _("People"), "url": reverse("people")}, {"label": person.name, "url": None}],
    }


def _actions(
    request: HttpRequest, person: User, memberships: list[Membership], *, proposed: bool
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    # An administrator holds no other role.
    if any(each.role in ADMINISTRATOR_ROLES and each.ends_on is None for each in memberships):
        return found
    if person.is_active and policies.giveable_roles(request.user):
        url = reverse("membership_give", args=[person.pk])
        found.append({"label": _("Give a role"), "url": url, "icon": "plus", "primary": True})
    if person.is_active and not proposed and policies.may_propose_administration(request.user, person):
        url = reverse("administration_grant", args=[person.pk])
        found.append({"label": _("Propose as administrator"), "url": url, "icon": "users", "primary": False})
    return found


def _account_actions(request: HttpRequest, person: User, *, switches: bool) -> list[dict[str, Any]]:
    if not switches:
        return []
    if not person.is_active:
        if not policies.may_switch_on(request.user, person):
            return []
        return [{"label": _("Switch on"), "url": reverse("account_switch_on", args=[person.pk]), "icon": "check"}]
    found = [{"label": _("Switch off"), "url": reverse("account_switch_off", args=[person.pk]), "icon": "ban"}]
    if policies.may_reset_password(request.user, person):
        url = reverse("account_reset_password", args=[person.pk])
        found.insert(0, {"label": _("Reset the password"), "url": url, "icon": "lock"})
        if has_second_factor(person):
            url = reverse("account_reset_second_factor", args=[person.pk])
            found.insert(1, {"label": _("Reset second factor"), "url": url, "icon": "lock"})
        if settings.OIDC_ISSUER or person.external_id:
            url = reverse("account_identity", args=[person.pk])
            found.insert(-1, {"label": _("Identity at the single sign-on"), "url": url, "icon": "user-circle"})
    return found


def _rows(people: list[User], memberships: Any, *, places: bool) -> list[dict[str, Any]]:
    by_person: dict[int, list[Membership]] = {}
    for membership in memberships.filter(user__in=people):
        by_person.setdefault(membership.user_id, []).append(membership)
    today = timezone.localdate()
    return [shown.list_row(person, by_person.get(person.pk, []), today, places=places) for person in people]


def _managed_roles(request: HttpRequest) -> list[Role]:
    held = standing(request.user).roles
    managed = {rule.managed for rule in RULES if rule.manager in held}
    return [role for role in Role if role in managed]


def _invites(request: HttpRequest) -> bool:
    return bool(policies.giveable_roles(request.user)) or policies.grants_administration(request.user)


def _sign_in_links(request: HttpRequest) -> list[dict[str, str]]:
    """Where the reader's offices decide how their people sign in; named by region where there are several."""
    steering = sorted(standing(request.user).steering)
    said = _("How people sign in")
    if len(steering) == 1:
        return [{"label": said, "url": reverse("office_sign_in", args=steering)}]
    regions = Region.objects.filter(pk__in=steering).order_by("pk") if steering else []
    return [{"label": f"{said}: {each.label}", "url": reverse("office_sign_in", args=[each.pk])} for each in regions]


def _off(count: int) -> str:
    return ngettext("%(count)s switched off", "%(count)s switched off", count) % {"count": count} if count else ""


def _in_force(membership: Membership) -> bool:
    today = timezone.localdate()
    return membership.starts_on <= today and (membership.ends_on is None or membership.ends_on >= today)
