"""One world for each module, and nothing that stays."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.test import override_settings

if TYPE_CHECKING:
    from tests.scope.calls import Caller
    from tests.scope.world import World


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: object) -> "Iterator[World]":
    """The sample and what it lacks, in a transaction that is rolled back. Everybody's sign-in stays fresh meanwhile."""
    from tests.scope.calls import undone
    from tests.scope.world import build

    with django_db_blocker.unblock(), undone(), override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=24 * 3600):
        yield build()


@pytest.fixture(scope="module")
def caller(world: "World") -> "Caller":
    """Asks as anyone, everywhere."""
    from tests.scope.calls import Caller
    from tests.scope.checks import Watch

    return Caller(world, Watch(world))
