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
    """What was typed, without hidden and empty fields, choices by their label."""
    known = _fields()
    lines = []
    for name, value in kept.fields:
        field = known.get(name) or known.get(name.rpartition("-")[2])
        if not value.strip() or (field is not None and field.widget.is_hidden):
            continue
        heading = _label(field) or _names().get(name) or _names().get(name.rpartition("-")[2]) or _readable(name)
        lines.append(Line(str(heading), _choice(field, value)))
    return lines


def _label(field: forms.Field | None) -> str:
    return str(field.label) if field is not None and field.label else ""


def _choice(field: forms.Field | None, value: str) -> str:
    if not isinstance(field, forms.ChoiceField) or isinstance(field, forms.ModelChoiceField):
        return value
    return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]  # choices may be groups


def _readable(name: str) -> str:
    return name.replace("_", " ").replace("-", " · ")


@cache
def _fields() -> dict[str, forms.Field]:
    """Declared fields of all forms of the portal by name; the first that declares a name with a label wins."""
    found: dict[str, forms.Field] = {}
    for form in _subclasses(forms.BaseForm):
        if form.__module__.split(".")[0] in ("pilots", "ratings", "portal"):
            for name, field in getattr(form, "base_fields", {}).items():
                if name not in found or not found[name].label:
                    found[name] = field
    return found


def _names() -> dict[str, str]:
    """Columns of the portal's tables by name, in the reader's language."""
    own = [apps.app_configs[label] for label in OWN_APPS if label in apps.app_configs]
    return {
        field.name: str(field.verbose_name)
        for app in own
        for model in app.get_models()
        for field in model._meta.concrete_fields  # noqa: SLF001  # Django's documented interface
    }


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    each: type[Any]
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)
