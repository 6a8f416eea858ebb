"""Application configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PilotsConfig(AppConfig):
    """The pilot programme."""

    name = "pilots"
    verbose_name = _("Pilot programme")

    def ready(self) -> None:
        """Tell the owners of accounts what the sign-in libraries report of them."""
        from pilots.operations.account_notices import connect  # noqa: PLC0415  # models are loaded by now

        connect()
