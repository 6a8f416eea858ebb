"""Everyone walks over all pages that they are offered; nothing is there that is not theirs, and every link opens."""

import pytest

from tests.scope.calls import Caller
from tests.scope.crawling import faults, walk
from tests.scope.oracle import EVERYBODY

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]


@pytest.mark.parametrize("name", [name for name, who in EVERYBODY.items() if who.door != "no key"])
def test_no_page_that_is_offered_shows_what_is_not_its_readers(caller: Caller, name: str):
    found, pages, parts = [], 0, 0
    for url, answer, headers in walk(caller, name):
        found += faults(caller, name, url, answer, offered=True)
        pages, parts = pages + 1, parts + bool(headers)
    assert not found, "\n".join(found)
    who = EVERYBODY[name]
    assert pages >= (10 if who.door == "session" else 2)
    assert parts >= (3 if who.tops else 0)
