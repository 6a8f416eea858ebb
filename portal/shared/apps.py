"""Application configuration."""

from django.apps import AppConfig
from django.core.checks import register

from portal.shared.audience import check_audiences


class SharedConfig(AppConfig):
    """The small shared kit."""

    name = "portal.shared"

    def ready(self) -> None:
        """Have every route's audience checked."""
        register(check_audiences)
