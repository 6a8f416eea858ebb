"""Here `db` is a copy in which commits are real: threads and processes see each other's work."""

import pytest


@pytest.fixture
def db(committed_db: str) -> str:
    """The copy's name."""
    return committed_db
