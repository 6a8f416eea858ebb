"""What an act leaves in the trail beside the changed rows: its name, its reason, its author."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pghistory
from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")


def recorded(act: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function one transaction whose changes stand in the trail under `act`, with its `reason` if it has one.

    `act` is a name in the past tense: `institution.registered`.
    """

    def decorate(operation: Callable[P, R]) -> Callable[P, R]:
        @wraps(operation)
        def act_recorded(*args: P.args, **kwargs: P.kwargs) -> R:
            noted: dict[str, Any] = {"act": act}
            if reason := kwargs.get("reason"):
                noted["reason"] = reason
            with transaction.atomic(), pghistory.context(**noted):
                return operation(*args, **kwargs)

        act_recorded.act = act  # type: ignore[attr-defined]  # a mark on a function
        return act_recorded

    return decorate
