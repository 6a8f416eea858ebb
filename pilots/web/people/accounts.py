"""Switch accounts off and on; reset passwords."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from pilots.operations.accounts import (
    reset_password,
    reset_second_factor,
    set_identity,
    switch_off_account,
    switch_on_account,
)
from pilots.policies import people as policies
from pilots.policies.standing import Principal
from pilots.web.people.answers import FORM_METHODS, attempt, done, form_page, password_page, signed, visible_person
from pilots.web.people.forms import IdentityForm, ReasonForm
from portal.accounts.freshness import fresh_sign_in_required
from portal.accounts.models import User
from portal.shared.audience import Audience, open_to


@open_to(Audience.OFFICE)
@require_http_methods(FORM_METHODS)
@fresh_sign_in_required
def switch_off(request: HttpRequest, person_id: int) -> HttpResponse:
    """Switch an account off."""
    texts = (
        _("Switch off"),
        _("The account cannot be used from now on, and open sessions end. Roles and records stay."),
        _("The account is switched off."),
    )
    return _switch(request, person_id, switch_off_account, policies.may_switch_account, texts)


@open_to(Audience.OFFICE)
@require_http_methods(FORM_METHODS)
@fresh_sign_in_required
def switch_on(request: HttpRequest, person_id: int) -> HttpResponse:
    """Switch an account on again."""
    texts = (
        _("Switch on"),
        _("The account can be used again, with the roles that are in force."),
        _("The account is switched on."),
    )
    return _switch(request, person_id, switch_on_account, policies.may_switch_on, texts)


@open_to(Audience.OFFICE)
@cache_control(no_store=True, private=True)
@require_http_methods(FORM_METHODS)
@fresh_sign_in_required
def new_password(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give an account a new initial password, shown by the answer, once."""
    person = visible_person(request, person_id)
    if not policies.may_reset_password(request.user, person):
        raise PermissionDenied
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["reason"]
        reset = attempt(form, lambda: reset_password(user_id=person.pk, reason=why, **signed(request)))
        if reset is not None:
            return password_page(request, *reset)
    title = _("Reset the password")
    explained = _("The old password ends with its open sessions. The new one is shown once, on the next page.")
    return form_page(request, form, title, person=person, submit=title, explained=explained)


@open_to(Audience.OFFICE)
@require_http_methods(FORM_METHODS)
@fresh_sign_in_required
def new_second_factor(request: HttpRequest, person_id: int) -> HttpResponse:
    """Remove the second factors of someone who lost them."""
    person = visible_person(request, person_id)
    if not policies.may_reset_password(request.user, person):
        raise PermissionDenied
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["reason"]
        if attempt(form, lambda: reset_second_factor(user_id=person.pk, reason=why, **signed(request))) is not None:
            return done(request, person, _("The second factor is reset."))
    title = _("Reset second factor")
    explained = _(
        "Codes, passkeys and recovery codes are removed, and open sessions end. Make sure that it is the person who "
        "asks. Where a second factor is demanded, the next sign-in leads to a new one."
    )
    return form_page(request, form, title, person=person, submit=title, explained=explained)


@open_to(Audience.OFFICE)
@require_http_methods(FORM_METHODS)
@fresh_sign_in_required
def identity(request: HttpRequest, person_id: int) -> HttpResponse:
    """Enter by which identity the single sign-on opens an account."""
    person = visible_person(request, person_id)
    if not policies.may_reset_password(request.user, person):
        raise PermissionDenied
    form = IdentityForm(request.POST or None, initial={"external_id": person.external_id})
    if request.method == "POST" and form.is_valid():
        values = {"external_id": form.cleaned_data["external_id"], "reason": form.cleaned_data["reason"]}
        if attempt(form, lambda: set_identity(user_id=person.pk, **values, **signed(request))) is not None:
            return done(request, person, _("The identity is entered."))
    title = _("Identity at the single sign-on")
    explained = _("Whoever signs in there under this identity is let into the account. Open sessions end.")
    return form_page(request, form, title, person=person, submit=_("Save"), explained=explained)


def _switch(
    request: HttpRequest,
    person_id: int,
    operation: Callable[..., User],
    may: Callable[[Principal, User], bool],
    texts: tuple[str, str, str],
) -> HttpResponse:
    title, explained, said = texts
    person = visible_person(request, person_id)
    if not may(request.user, person):
        raise PermissionDenied
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["reason"]
        if attempt(form, lambda: operation(user_id=person.pk, reason=why, **signed(request))) is not None:
            return done(request, person, said)
    return form_page(request, form, title, person=person, submit=title, explained=explained)
