"""What a document on an institution's file is."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DocumentKind(TextChoices):
    """Kinds of documents (`资料`), as the filing rules name them (domain.md §1: 国卫办人口发〔2019〕25号)."""

    LICENCE = "licence", _("licence or certificate of registration")
    FIRE = "fire", _("fire safety certificate")
    HYGIENE = "hygiene", _("hygiene evaluation")
    PREMISES = "premises", _("proof of premises")
    FOOD = "food", _("food licence")
    OTHER = "other", _("other document")


EXPIRING_WITHIN_DAYS = 60
"""So many days before its last day a document is said to be expiring."""

LONGEST_VALIDITY_YEARS = 50
"""A last day further away is a slip of the key; what has no end is left without one."""

MOST_DOCUMENTS = 200
"""Of one institution, those withdrawn included."""
