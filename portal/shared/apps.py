"""Application configuration."""

from django.apps import AppConfig
from django.core.checks import register

from portal.shared.audience import check_audiences
from portal.shared.uploads.checks import check_files_are_private


class SharedConfig(AppConfig):
    """The small shared kit."""

    name = "portal.shared"

    def ready(self) -> None:
        """Have every route's audience checked, and where private files lie."""
        register(check_audiences)
        register(check_files_are_private)
