"""What an act leaves in the trail beside the changed rows: its name, its reason, its author."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from portal.audit.context import noted, principal_facts

P = ParamSpec("P")
R = TypeVar("R")


def recorded(act: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function one transaction whose changes stand in the trail under `act`, with its reason and author.

    `act` is a name in the past tense: `institution.registered`. The reason is the keyword `reason`, or that of the
    keyword `basis`; the author is the keyword `by`, or that of `basis`, or else whoever the request is from. An act
    inside an act lends its name and reason to its own changes only; without a reason of its own it has the outer one.
    """

    def decorate(operation: Callable[P, R]) -> Callable[P, R]:
        @wraps(operation)
        def act_recorded(*args: P.args, **kwargs: P.kwargs) -> R:
            with noted(**_facts(act, kwargs)), transaction.atomic():
                return operation(*args, **kwargs)

        act_recorded.act = act  # type: ignore[attr-defined]  # a mark on a function
        return act_recorded

    return decorate


def _facts(act: str, keywords: dict[str, Any]) -> dict[str, Any]:
    basis = keywords.get("basis")
    reason = str(keywords.get("reason") or getattr(basis, "reason", "")).strip()
    author = principal_facts(keywords.get("by") or getattr(basis, "by", None))
    return {"act": act, **({"reason": reason} if reason else {}), **author}
