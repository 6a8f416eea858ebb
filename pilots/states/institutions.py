"""Classifications of institutions."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LegalNature(TextChoices):
    """Who the institution is in law (`机构性质`)."""

    PUBLIC = "public_institution", _("public institution")
    SOCIAL = "social_service_body", _("social service body")
    FOR_PROFIT = "for_profit", _("for-profit")


class ServiceModel(TextChoices):
    """The five service models (`五位一体`)."""

    FAMILY = "family", _("family care")
    COMMUNITY = "community", _("community")
    KINDERGARTEN = "kindergarten", _("kindergarten with nursery classes")
    SOCIAL = "social", _("social provider")
    EMPLOYER = "employer", _("employer")
