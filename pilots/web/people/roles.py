"""Invite people, give, change and end their roles. Each is a page with a form, and one operation."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from pilots.models import Membership
from pilots.operations.administration import administration_end, administration_grant
from pilots.operations.memberships import (
    change_membership,
    end_membership,
    give_membership,
    invite_person,
    invite_without_role,
)
from pilots.operations.refusals import UserNameTaken
from pilots.operations.taking_on import take_on_person
from pilots.policies import people as policies
from pilots.states.roles import Role
from pilots.web.people.answers import (
    FORM_METHODS,
    around,
    attempt,
    done,
    form_page,
    password_page,
    signed,
    visible_person,
)
from pilots.web.people.forms import (
    AccountForm,
    AdministrationForm,
    ChangeForm,
    EndForm,
    EndOfAdministrationForm,
    InviteForm,
    PostForm,
    ReasonForm,
)
from portal.accounts.freshness import fresh_sign_in_required
from portal.accounts.models import User
from portal.approvals.models import Proposal
from portal.approvals.refusals import AlreadyProposed
from portal.approvals.two_person import TwoPersonAct
from portal.shared.audience import Audience, open_to

NO_ROLE = "administrator"
"""In the address: an account whose role follows by proposal."""


@open_to(Audience.OFFICE)
@cache_control(no_store=True, private=True)
@require_http_methods(FORM_METHODS)
@fresh_sign_in_required
def new(request: HttpRequest) -> HttpResponse:
    """Invite a person: first as what, then who and where. The initial password is shown by the answer, once."""
    roles = policies.giveable_roles(request.user)
    administrators = policies.grants_administration(request.user)
    if not roles and not administrators:
        raise PermissionDenied
    if administrators and request.GET.get("role") == NO_ROLE:
        return _new_account(request)
    role = _chosen(request, roles)
    if role is None:
        return _choose(request, roles, _("Invite a person"), administrators=administrators)
    form = InviteForm(request.POST or None, role=role, places=policies.places_for(request.user, role))
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["existing"]:
            taken = attempt(form, lambda: _take_on(form, **signed(request)))
            if taken is not None:
                messages.success(request, _("The role is given."))
                return redirect("person", person_id=taken.user_id)
        else:
            invited = attempt(form, lambda: invite_person(person=form.person(), post=form.post(), **signed(request)))
            if invited is not None:
                return password_page(request, invited.user, invited.password, invited.membership)
    return form_page(request, form, _("Invite a person"), submit=_("Invite"), existing=_own_namesake(request, form))


@open_to(Audience.OFFICE)
@require_http_methods(FORM_METHODS)
@fresh_sign_in_required
def give(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give a person another role."""
    person = visible_person(request, person_id)
    roles = policies.giveable_roles(request.user)
    if not roles:
        raise PermissionDenied
    role = _chosen(request, roles)
    if role is None:
        return _choose(request, roles, _("Give a role"), person=person)
    form = PostForm(request.POST or None, role=role, places=policies.places_for(request.user, role))
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["reason"]
        given = attempt(
            form, lambda: give_membership(user_id=person.pk, post=form.post(), reason=why, **signed(request))
        )
        if given is not None:
            return done(request, person, _("The role is given."))
    return form_page(request, form, _("Give a role"), person=person, submit=_("Give"))


@open_to(Audience.OFFICE)
@require_http_methods(FORM_METHODS)
@fresh_sign_in_required
def change(request: HttpRequest, person_id: int, membership_id: int) -> HttpResponse:
    """End a membership and begin another in its place."""
    person, membership = _managed(request, person_id, membership_id)
    if not policies.may_end(request.user, membership):
        raise PermissionDenied
    roles = policies.giveable_roles(request.user)
    role = _chosen(request, roles) or Role(membership.role)
    places = policies.places_for(request.user, role)
    form = ChangeForm(request.POST or None, role=role, places=places, initial=_as_it_is(membership, role))
    if request.method == "POST" and form.is_valid():
        arguments: dict[str, Any] = {"post": form.post(), "reason": form.cleaned_data["reason"], **signed(request)}
        changed = attempt(form, lambda: change_membership(membership_id=membership.pk, **arguments))
        if changed is not None:
            return done(request, person, _("The role is changed."))
    other = [_choice(request, each) for each in roles if each != role]
    return form_page(
        request, form, _("Change a membership"), person=person, submit=_("Change"), membership=membership, choices=other
    )


@open_to(Audience.OFFICE)
@require_http_methods(FORM_METHODS)
@fresh_sign_in_required
def end(request: HttpRequest, person_id: int, membership_id: int) -> HttpResponse:
    """End a membership."""
    person, membership = _managed(request, person_id, membership_id)
    if not policies.may_end(request.user, membership):
        raise PermissionDenied
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        arguments = {**_last(form), **signed(request)}
        ended = attempt(form, lambda: end_membership(membership_id=membership.pk, **arguments))
        if ended is not None:
            return done(request, person, _("The end is recorded."))
    title, explained = _("End a membership"), _("The membership stays readable, and so does everything done under it.")
    return form_page(request, form, title, person=person, submit=_("End"), membership=membership, explained=explained)


@open_to(Audience.OFFICE)
@require_http_methods(FORM_METHODS)
@fresh_sign_in_required
def grant(request: HttpRequest, person_id: int) -> HttpResponse:
    """Propose a person as administrator."""
    person = visible_person(request, person_id)
    if not policies.may_propose_administration(request.user, person):
        raise PermissionDenied
    form = AdministrationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = {"role": Role(form.cleaned_data["role"]), "starts_on": form.cleaned_data["starts_on"]}
        if _proposed(request, form, administration_grant, "role", user_id=person.pk, **asked):
            return done(request, person, _("Proposed; it needs confirmation by another administrator."))
    title = _("Propose as administrator")
    explained = _("An administrator holds no second administrator role and no business role at the same time.")
    return form_page(request, form, title, person=person, submit=_("Propose"), confirmed=True, explained=explained)


@open_to(Audience.OFFICE)
@require_http_methods(FORM_METHODS)
@fresh_sign_in_required
def end_grant(request: HttpRequest, person_id: int, membership_id: int) -> HttpResponse:
    """Propose the end of an administrator's role."""
    person, membership = _managed(request, person_id, membership_id)
    if not policies.may_propose_end_of_administration(request.user, membership):
        raise PermissionDenied
    form = EndOfAdministrationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        last = form.last(timezone.localdate())
        if _proposed(request, form, administration_end, "when", membership_id=membership.pk, last_day=last):
            return done(request, person, _("Proposed; it needs confirmation by another administrator."))
    title = _("Propose its end")
    return form_page(request, form, title, person=person, submit=_("Propose"), membership=membership, confirmed=True)


def _proposed(request: HttpRequest, form: ReasonForm, act: TwoPersonAct, field: str, **arguments: Any) -> bool:
    """Propose it; where the same is proposed already, that is said at `field`."""

    def propose() -> Proposal:
        try:
            return act.propose(**signed(request), reason=form.cleaned_data["reason"], **arguments)
        except AlreadyProposed as error:
            raise AlreadyProposed(error.message, field=field) from error

    return attempt(form, propose) is not None


def _new_account(request: HttpRequest) -> HttpResponse:
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        invited = attempt(form, lambda: invite_without_role(person=form.person(), **signed(request)))
        if invited is not None:
            return password_page(request, invited.user, invited.password)
    return form_page(request, form, _("Invite a person"), submit=_("Invite"), existing=_own_namesake(request, form))


def _managed(request: HttpRequest, person_id: int, membership_id: int) -> tuple[User, Membership]:
    person = visible_person(request, person_id)
    visible = policies.visible_memberships(request.user).filter(user=person)
    related = visible.select_related("region", "institution", "operator", "recorded_by", "ended_by")
    return person, get_object_or_404(related, pk=membership_id)


def _take_on(form: InviteForm, **by: Any) -> Membership:
    person = form.person()
    return take_on_person(username=person.username, name=person.name, post=form.post(), **by)


def _last(form: EndForm) -> dict[str, Any]:
    return {"last_day": form.last(timezone.localdate()), "reason": form.cleaned_data["reason"]}


def _chosen(request: HttpRequest, roles: list[Role]) -> Role | None:
    asked = request.GET.get("role", "")
    if len(roles) == 1 and not asked:
        return roles[0]
    return next((role for role in roles if role.value == asked), None)


def _choice(request: HttpRequest, role: Role) -> dict[str, str]:
    return {"label": str(role.label), "url": f"{request.path}?role={role.value}"}


def _choose(
    request: HttpRequest, roles: list[Role], title: str, *, person: User | None = None, administrators: bool = False
) -> HttpResponse:
    choices = [_choice(request, role) for role in roles]
    if administrators:
        label = _("administrator; the role follows by a proposal")
        choices.append({"label": label, "url": f"{request.path}?role={NO_ROLE}"})
    context = {"title": title, "choices": choices, **around(title, person)}
    return render(request, "pilots/people/choose.html", context)


def _own_namesake(request: HttpRequest, form: forms.Form) -> str:
    """After a double click: the address of the account just made, for whoever may see it."""
    if not form.has_error("username", UserNameTaken.code):
        return ""
    taken = policies.visible_people(request.user).filter(username__iexact=form["username"].value()).first()
    return reverse("person", args=[taken.pk]) if taken else ""


def _as_it_is(membership: Membership, role: Role) -> dict[str, Any]:
    if role != membership.role:
        return {}
    kinds = {
        "region": membership.region_id,
        "institution": membership.institution_id,
        "operator": membership.operator_id,
    }
    place = next(f"{kind}:{key}" for kind, key in kinds.items() if key is not None)
    return {"place": place, "department": membership.department}
