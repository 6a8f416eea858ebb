"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Users and API keys."""

    name = "portal.accounts"
    verbose_name = _("Accounts")
