"""Application configuration."""

from django.apps import AppConfig


class SharedConfig(AppConfig):
    """The small shared kit."""

    name = "portal.shared"
