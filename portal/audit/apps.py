"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """The trail and its seals."""

    name = "portal.audit"
    verbose_name = _("Trail")
