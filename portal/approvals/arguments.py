"""An operation's arguments, written down until it is confirmed, as for a Celery task."""

import inspect
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, get_args

from django.db.models import TextChoices

Arguments = Mapping[str, Any]

GIVEN = frozenset({"by", "at", "reason"})
"""What the mechanism itself hands over on confirmation."""

_PLAIN: tuple[type, ...] = (str, int, bool, date)


class Shape:
    """The keyword arguments that an operation takes, by their annotations; read once, when it is adopted."""

    def __init__(self, operation: Callable[..., Any]) -> None:
        signature = inspect.signature(operation)
        self.given = GIVEN & set(signature.parameters)
        self.kinds: dict[str, type] = {}
        self.optional: set[str] = set()
        self.required: set[str] = set()
        if "by" not in self.given:
            raise TypeError(f"{operation.__name__} does not say by whom it is done.")
        for name, parameter in signature.parameters.items():
            if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
                raise TypeError(f"{operation.__name__}: {name} is not keyword-only.")
            if name not in GIVEN:
                self._add(name, parameter)

    def _add(self, name: str, parameter: inspect.Parameter) -> None:
        choices = get_args(parameter.annotation) or (parameter.annotation,)
        kinds = [kind for kind in choices if kind is not type(None)]
        if len(kinds) != 1 or not isinstance(kinds[0], type) or not _is_plain(kinds[0]):
            raise TypeError(f"{name}: {parameter.annotation} cannot be written down; use ids, days, numbers, texts.")
        self.kinds[name] = kinds[0]
        if len(choices) > 1:
            self.optional.add(name)
        if parameter.default is inspect.Parameter.empty:
            self.required.add(name)

    def write(self, arguments: Arguments) -> dict[str, Any]:
        """As JSON. Raises TypeError for an argument that is unknown, missing or of another type: a bug, no input."""
        unknown, missing = set(arguments) - set(self.kinds), self.required - set(arguments)
        if unknown or missing:
            raise TypeError(f"Unknown arguments: {sorted(unknown)}; missing: {sorted(missing)}.")
        return {name: self._written(name, value) for name, value in arguments.items()}

    def _written(self, name: str, value: Any) -> Any:
        kind = self.kinds[name]
        if value is None and name in self.optional:
            return None
        if kind in (int, bool, date, str):
            # bool is an int, and datetime a date, to isinstance; neither is meant.
            fits = type(value) is kind or (kind is str and isinstance(value, str))
        else:
            fits = isinstance(value, kind)
        if not fits:
            raise TypeError(f"{name} is no {kind.__name__}: {value!r}")
        if isinstance(value, date):
            return value.isoformat()
        return str(value) if isinstance(value, str) else value

    def read(self, written: Arguments) -> dict[str, Any]:
        """As the operation takes them."""
        return {name: self._read(self.kinds[name], value) for name, value in written.items()}

    @staticmethod
    def _read(kind: type, value: Any) -> Any:
        if value is None:
            return None
        if kind is date:
            return date.fromisoformat(value)
        return kind(value)


def _is_plain(kind: type) -> bool:
    return kind in _PLAIN or issubclass(kind, (TextChoices, StrEnum))
