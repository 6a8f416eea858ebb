"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PilotsConfig(AppConfig):
    """The pilot programme."""

    name = "pilots"
    verbose_name = _("Pilot programme")
