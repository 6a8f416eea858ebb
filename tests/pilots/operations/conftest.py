"""A mail server for the portal."""

from collections.abc import Iterator

import pytest

from tests.pilots.mailbox import MailServer, mail_server

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def server(settings) -> Iterator[MailServer]:
    """The portal's mail server for the test."""
    with mail_server() as running:
        settings.EMAIL_BACKEND = SMTP
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 5
        settings.DEFAULT_FROM_EMAIL, settings.SITE_URL = "portal@portal.example", "https://portal.example"
        yield running
