"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    """Proposals and their decisions."""

    name = "portal.approvals"
    verbose_name = _("Two-person rule")
