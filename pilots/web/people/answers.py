"""What the acts on people share: who is seen, how a refusal shows, how a form and a password are answered."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pilots.models import Membership
from pilots.policies import people as policies
from pilots.web.forms import StyledForm, refuse, refuse_values
from pilots.web.people import shown
from pilots.web.people.forms import AccountForm, PostForm
from portal.accounts.models import User
from portal.shared.refusals import DomainError

T = TypeVar("T")
FORM_METHODS = ["GET", "HEAD", "POST"]


def visible_person(request: HttpRequest, person_id: int) -> User:
    """A person whom the reader manages, or 404."""
    return get_object_or_404(policies.visible_people(request.user), pk=person_id)


def signed(request: HttpRequest) -> dict[str, Any]:
    """Who does it, and when."""
    return {"by": request.user, "at": timezone.now()}


def attempt(form: forms.Form, act: Callable[[], T]) -> T | None:
    """Do it, or show at the form's fields why not."""
    try:
        return act()
    except DomainError as error:
        refuse(form, error)
    except ValidationError as error:
        refuse_values(form, error)
    return None


def form_page(
    request: HttpRequest, form: StyledForm, title: str, *, submit: str, person: User | None = None, **more: Any
) -> HttpResponse:
    """The form, with status 422 where something in it was refused."""
    membership, explained = more.pop("membership", None), more.pop("explained", "")
    sections = form.sections() if isinstance(form, PostForm | AccountForm) else None
    context = {
        "title": title,
        "form": form,
        "sections": sections or [{"title": title, "help": explained, "fields": list(form)}],
        "submit_label": submit,
        "membership": shown.membership_row(membership, timezone.localdate()) if membership else None,
        **around(title, person),
        **more,
    }
    return render(request, "pilots/people/form.html", context, status=422 if form.errors else 200)


def around(title: str, person: User | None) -> dict[str, Any]:
    """Breadcrumb and the way back."""
    url = reverse("person", args=[person.pk]) if person else reverse("people")
    crumbs = [{"label": person.name, "url": url}] if person else []
    people = {"label": _("People"), "url": reverse("people")}
    return {"person": person, "cancel_url": url, "breadcrumb": [people, *crumbs, {"label": title, "url": None}]}


def done(request: HttpRequest, person: User, said: str) -> HttpResponse:
    """Back to the person, or to the list where the person is not the reader's any more."""
    messages.success(request, said)
    still = policies.visible_people(request.user).filter(pk=person.pk).exists()
    return redirect("person", person_id=person.pk) if still else redirect("people")


def password_page(
    request: HttpRequest, person: User, password: str, membership: Membership | None = None
) -> HttpResponse:
    """An initial password, shown by this answer alone: it is stored nowhere, and the page may not be kept."""
    context = {
        "person": person,
        "password": password,
        "portal_url": request.build_absolute_uri("/"),
        "membership": shown.membership_row(membership, timezone.localdate()) if membership else None,
        "issued": shown.instant(timezone.now()),
        "person_url": reverse("person", args=[person.pk]),
        "people_url": reverse("people"),
    }
    return render(request, "pilots/people/password.html", context)
