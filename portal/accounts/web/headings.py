"""Names of form fields as people know them: the labels of the portal's forms, then of its tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django import forms
from django.apps import apps

from portal.accounts.kept import Kept

OWN_APPS = ("accounts", "audit", "pilots", "ratings")


@dataclass(frozen=True)
class Line:
    """A field's heading with what was typed."""

    heading: str
    text: str


def described(kept: Kept) -> list[Line]:
    """What was typed, without hidden and empty fields, choices by their label.

    Objects that were chosen stay as they were sent: a name looked up here could be one that the user may not see.
    """
    known, names, lines = {**_made(), **_fields()}, _names(), []
    for name, value in kept.fields:
        bare = name.rpartition("-")[2]
        fields = known.get(name) or known.get(bare) or []
        if not value.strip() or any(field.widget.is_hidden for field in fields):
            continue
        label = next((str(field.label) for field in fields if field.label), "")
        lines.append(Line(label or names.get(name) or names.get(bare) or _readable(name), _choice(fields, value)))
    return lines


def _choice(fields: list[forms.Field], value: str) -> str:
    for field in fields:
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            labels = {str(key): str(label) for key, label in field.choices if not isinstance(label, list | tuple)}  # type: ignore[union-attr,misc]
            if value in labels:
                return labels[value]
    return value


def _readable(name: str) -> str:
    return name.replace("_", " ").replace("-", " · ")


@cache
def _fields() -> dict[str, list[forms.Field]]:
    """Declared fields of all forms of the portal by name."""
    found: dict[str, list[forms.Field]] = {}
    for form in _subclasses(forms.BaseForm):
        if form.__module__.split(".")[0] in ("pilots", "ratings", "portal"):
            for name, field in getattr(form, "base_fields", {}).items():
                found.setdefault(name, []).append(field)
    return found


def _made() -> dict[str, list[forms.Field]]:
    """Fields that a form makes when it is made; such a form says them by `made_fields`, in the reader's language."""
    makers = {form.made_fields for form in _subclasses(forms.BaseForm) if hasattr(form, "made_fields")}
    return {name: [field] for maker in makers for name, field in maker().items()}


def _names() -> dict[str, str]:
    """Columns of the portal's tables by name, in the reader's language."""
    own = [apps.app_configs[label] for label in OWN_APPS if label in apps.app_configs]
    return {
        field.name: str(field.verbose_name)
        for app in own
        for model in app.get_models()
        for field in model._meta.concrete_fields  # Django's documented interface
    }


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    each: type[Any]
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)
