"""Who and why: what stands in every event beside the changed row, carried to the database with each write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pghistory
from celery import Task
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.http import HttpRequest, HttpResponse

from portal.shared.addresses import client_address
from portal.shared.requests import current_request_id


class Encoder(DjangoJSONEncoder):
    """JSON of a context; a value that is a function is asked at the moment of the write."""

    def default(self, value: Any) -> Any:
        """Ask a function; leave the rest to Django."""
        return value() if callable(value) else super().default(value)


@contextmanager
def noted(**facts: Any) -> Iterator[None]:
    """Let every change in the block carry these facts, beside those already noted around it; none afterwards.

    Facts are plain values, or functions that are asked when something is written.
    """
    with pghistory.context() as context:
        around = dict(context.metadata)
        context.metadata.update(facts)
        try:
            yield
        finally:
            context.metadata.clear()
            context.metadata.update(around)
    if not around and connection.in_atomic_block and not connection.needs_rollback:
        # The facts hold until the transaction ends unless they are taken back.
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pghistory.context_metadata', '', true)")


def principal_facts(principal: object) -> dict[str, int]:
    """The id of a person, or of the API key of software; nothing for a stranger."""
    number = getattr(principal, "pk", None)
    if not isinstance(number, int):
        return {}
    return {"user" if isinstance(principal, get_user_model()) else "key": number}


class TrailMiddleware:
    """Note request, caller and route for the time of a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Who calls is asked only when something is written: an API key is known late, and a reader costs nothing."""

        def asked(kind: str) -> Callable[[], int | None]:
            return lambda: principal_facts(request.user).get(kind)

        def route() -> str | None:
            return request.resolver_match.view_name if request.resolver_match else None

        facts = {"request": current_request_id(), "address": client_address(request)}
        with pghistory.context(**facts, user=asked("user"), key=asked("key"), route=route):
            return self.get_response(request)


class RecordedCommand(BaseCommand):
    """A command whose changes stand in the trail under its name."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Note the command."""
        with noted(command=type(self).__module__.rpartition(".")[2]):
            return super().execute(*args, **options)


class RecordedTask(Task):  # type: ignore[type-arg]  # generic in its stubs only
    """A task whose changes stand in the trail under its name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Note the task."""
        with noted(task=self.name):
            return super().__call__(*args, **kwargs)
