"""What an API key may be used for."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Scope(TextChoices):
    """One kind of call. A key has one or several; each call needs exactly one."""

    CAPACITY_WRITE = "capacity.write", _("report places and children")
    CAPACITY_READ = "capacity.read", _("read capacity reports")
    FIGURES_READ = "figures.read", _("read figures")


ALL_SCOPES: tuple[Scope, ...] = tuple(Scope)
