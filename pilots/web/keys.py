"""API keys of an institution or an operator: list, create, show once, rotate, revoke.

A key's text is shown on a page of its own, by the token of the form that made it. The token travels there in a signed
cookie that lives for a minute, for that page only; so the page shows the key once, reloading it does not, and neither
database nor session nor log ever holds the text.
"""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from pilots.models import InstitutionKey
from pilots.operations.keys import IssuedKey, create_key_for_institution, create_key_for_operator, revoke_key
from pilots.operations.keys import rotate_key as replace
from pilots.policies.institutions import visible_institutions
from pilots.policies.keys import (
    may_end_operator_keys_at,
    may_manage_keys,
    may_manage_operator_keys,
    visible_operators,
)
from pilots.queries.keys import operator_keys
from pilots.web.forms import refuse
from pilots.web.key_forms import KeyForm, RevocationForm, RotationForm
from pilots.web.key_pages import Owner, Row, expiring_notice, foreign_facts, foreign_row, key_facts, key_row, key_terms
from pilots.web.timelines import timeline_of
from portal.accounts.freshness import fresh_sign_in_required
from portal.accounts.keys import SHOWN_FOR, KeyEnded, new_token, require_replaceable, text_of
from portal.accounts.models import User
from portal.shared.audience import Audience, open_to
from portal.shared.refusals import DomainError

PAGE_SIZE = 50
COOKIE = "issued_key"
SECONDS = int(SHOWN_FOR.total_seconds())


@open_to(Audience.KEYS)
@require_safe
def index(request: HttpRequest, number: str = "", operator_id: int = 0) -> HttpResponse:
    """The owner's keys."""
    owner, now = _managed(request, number, operator_id), timezone.now()
    page = Paginator(owner.keys(now), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [key_row(grant, owner, now) for grant in page.object_list]
    may_end = owner.institution is not None and may_end_operator_keys_at(request.user, owner.institution)
    context = {
        **owner.context(),
        "request": request,
        "rows": rows,
        "page_obj": page,
        "notice": expiring_notice(rows),
        "other_rows": [foreign_row(grant, number, now, may_end=may_end) for grant in owner.others(now)],
        "may_end_others": may_end,
        "create_url": owner.url("key_new"),
        **timeline_of(request, owner.timeline),
    }
    return render(request, "pilots/keys/list.html", context)


@open_to(Audience.KEYS)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def new(request: HttpRequest, number: str = "", operator_id: int = 0) -> HttpResponse:
    """Make a key."""
    owner, now = _managed(request, number, operator_id), timezone.now()
    form = KeyForm(request.POST or None, initial={"token": new_token()})
    if request.method == "POST" and form.is_valid():
        try:
            issued = _create(owner, form, _user(request), now)
        except DomainError as error:
            refuse(form, error)
        else:
            return _handed_over(request, owner, issued, form.cleaned_data["token"])
    says = _("The key opens what it says here and nothing else. It is shown once, on the next page.")
    sections = [
        {"title": _("What it is for"), "help": says, "fields": [form["label"], form["scopes"]]},
        {
            "title": _("Limits"),
            "help": _("A key that ends and is bound to addresses does little harm when it is lost."),
            "fields": [form["days"], form["addresses"]],
        },
    ]
    return _form(request, owner, form, title=_("New API key"), sections=sections, submit_label=_("Create the key"))


@open_to(Audience.KEYS)
@require_safe
@never_cache
def issued(request: HttpRequest, prefix: str, number: str = "", operator_id: int = 0) -> HttpResponse:
    """A new key's text, once."""
    owner, now = _managed(request, number, operator_id), timezone.now()
    grant = _found(owner, prefix, now)
    token = request.get_signed_cookie(COOKIE, default="", salt=prefix, max_age=SECONDS) or ""
    text = text_of(grant.key, by=_user(request), token=token, at=now) if token else ""
    context = {
        **owner.context(_("New API key")),
        "text": text,
        "facts": key_terms(grant, now),
        "list_url": owner.url("keys"),
        "example_url": request.build_absolute_uri(owner.example),
    }
    response = render(request, "pilots/keys/issued.html", context)
    response.delete_cookie(COOKIE, path=request.path)
    return response


@open_to(Audience.KEYS)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def rotate(request: HttpRequest, prefix: str, number: str = "", operator_id: int = 0) -> HttpResponse:
    """Make a key's successor; both work for a while."""
    owner, now = _managed(request, number, operator_id), timezone.now()
    grant = _found(owner, prefix, now)
    if request.method != "POST":
        require_replaceable(grant.key, now)
    lifetime = (grant.key.expires_at - grant.key.created_at).days
    form = RotationForm(request.POST or None, initial={"token": new_token(), "days": max(lifetime, 1)})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            done = replace(
                key_id=grant.pk,
                days=data["days"],
                overlap_days=data["overlap"],
                by=_user(request),
                at=now,
                token=data["token"],
            )
        except DomainError as error:
            refuse(form, error)
        else:
            return _handed_over(request, owner, done, data["token"])
    says = _("A new key with the same uses and addresses is made and shown once. A key is rotated once.")
    sections = [{"title": _("Change-over"), "help": says, "fields": [form["overlap"], form["days"]]}]
    more = {"sections": sections, "submit_label": _("Make the new key"), "facts": key_facts(grant, now)}
    return _form(request, owner, form, title=_("Rotate a key"), **more)


@open_to(Audience.KEYS)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def revoke(request: HttpRequest, prefix: str, number: str = "", operator_id: int = 0) -> HttpResponse:
    """Make a key useless at once, with the reason."""
    owner, now = _managed(request, number, operator_id), timezone.now()
    grant = _found(owner, prefix, now)
    says = _("The key stops working at once and for good: software that still uses it can no longer report.")
    return _revocation(request, owner, grant, says=says, facts=key_facts(grant, now))


@open_to(Audience.COUNTY_DESK)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def revoke_of_operator(request: HttpRequest, number: str, prefix: str) -> HttpResponse:
    """End an operator's key that opens an institution of the county unit: for all institutions of the operator."""
    institution = get_object_or_404(visible_institutions(request.user), number=number)
    if not may_end_operator_keys_at(request.user, institution):
        raise PermissionDenied
    grant = get_object_or_404(operator_keys(institution), key__prefix=prefix)
    says = _(
        "The key stops working at once and for good, for every institution of the operator, in other county units too. "
        "The operator's directors are told, and find the reason beside the key; only they can make another."
    )
    owner, facts = Owner(institution=institution), foreign_facts(grant, timezone.now())
    return _revocation(request, owner, grant, says=says, facts=facts)


def _revocation(
    request: HttpRequest, owner: Owner, grant: InstitutionKey, *, says: str, facts: list[Row]
) -> HttpResponse:
    if request.method != "POST" and grant.key.revoked_at is not None:
        raise KeyEnded(_("This key was revoked already."))
    form = RevocationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            revoke_key(key_id=grant.pk, reason=reason, by=_user(request), at=timezone.now())
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Revoked: %(label)s.") % {"label": grant.key.label or grant.key.prefix})
            return redirect(owner.url("keys"))
    sections = [{"title": _("Revocation"), "help": says, "fields": [form["reason"]]}]
    more = {"sections": sections, "submit_label": _("Revoke the key"), "facts": facts, "danger": True}
    return _form(request, owner, form, title=_("Revoke a key"), **more)


def _managed(request: HttpRequest, number: str, operator_id: int) -> Owner:
    """The institution or operator: 404 for whoever does not see it, 403 for whoever does not manage its keys."""
    if operator_id:
        operator = get_object_or_404(visible_operators(request.user), pk=operator_id)
        if not may_manage_operator_keys(request.user, operator):
            raise PermissionDenied
        return Owner(operator=operator)
    institution = get_object_or_404(visible_institutions(request.user), number=number)
    if not may_manage_keys(request.user, institution):
        raise PermissionDenied
    return Owner(institution=institution)


def _found(owner: Owner, prefix: str, at: datetime) -> InstitutionKey:
    return get_object_or_404(owner.keys(at), key__prefix=prefix)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware lets nobody else in
    return request.user


def _create(owner: Owner, form: KeyForm, by: User, at: datetime) -> IssuedKey:
    token = form.cleaned_data["token"]
    if owner.institution is not None:
        return create_key_for_institution(
            institution_id=owner.institution.pk, terms=form.terms(), by=by, at=at, token=token
        )
    assert owner.operator is not None
    return create_key_for_operator(operator_id=owner.operator.pk, terms=form.terms(), by=by, at=at, token=token)


def _handed_over(request: HttpRequest, owner: Owner, issued_key: IssuedKey, token: str) -> HttpResponse:
    """On to the page that shows the key; a form sent again later leads to the list."""
    if not issued_key.text:
        messages.warning(request, _("This form made its key before; the key cannot be shown again."))
        return redirect(owner.url("keys"))
    prefix = issued_key.grant.key.prefix
    url = owner.url("key_issued", prefix)
    response = redirect(url)
    response.set_signed_cookie(
        COOKIE,
        token,
        salt=prefix,
        max_age=SECONDS,
        path=url,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def _form(
    request: HttpRequest, owner: Owner, form: KeyForm | RotationForm | RevocationForm, **more: object
) -> HttpResponse:
    context: Row = {
        **owner.context(str(more["title"])),
        "form": form,
        "cancel_url": owner.url("keys"),
        **more,
    }
    return render(request, "pilots/keys/form.html", context, status=422 if form.errors else 200)
