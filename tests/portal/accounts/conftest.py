"""People of these tests, and their browsers."""

import pytest
from django.test import Client

from tests.portal.accounts.acts import PASSWORD


@pytest.fixture
def person(db):
    """An account without any role, that nobody asks for a second factor."""
    from portal.accounts.models import User  # noqa: PLC0415  # Django is set up after the servers

    user = User.objects.create(username="wanglihua", name="王丽华（示例）")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def browser(db):
    """A browser of its own, from an address of its own."""

    def open_one(address="198.51.100.7", **defaults):
        return Client(headers={"accept-language": "en"}, REMOTE_ADDR=address, **defaults)

    return open_one
