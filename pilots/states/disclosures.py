"""What is hidden of an institution's people, and for which purposes it is shown."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class HiddenField(TextChoices):
    """Fields that are shown masked; whoever needs one says why, and that is recorded (domain.md §6.3: data)."""

    CONTACT_PHONE = "contact_phone", _("contact telephone")


class Purpose(TextChoices):
    """Purposes for which a hidden field is shown."""

    CONTACT = "contact", _("contact the institution")
    FILING = "filing", _("check a filing or report")
    SUPERVISION = "supervision", _("supervision or inspection")
    COMPLAINT = "complaint", _("handle a complaint")
    EMERGENCY = "emergency", _("emergency")
    OTHER = "other", _("other purpose")


SHORTEST_REASON = 4
"""Characters."""
