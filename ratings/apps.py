"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RatingsConfig(AppConfig):
    """Star ratings. Sees what `pilots` is, never what it does (pyproject.toml, import-linter)."""

    name = "ratings"
    verbose_name = _("Star ratings")
