"""Application configuration."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    """Proposals and their decisions."""

    name = "portal.approvals"
    verbose_name = _("Two-person rule")

    def ready(self) -> None:
        """Know every adopted act in every process: each app names its own in a module `adoptions`."""
        autodiscover_modules("adoptions")
