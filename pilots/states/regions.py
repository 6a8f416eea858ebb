"""Administrative levels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Level(TextChoices):
    """Levels of administration; a county unit is a county, district, county-level city or development zone."""

    PROVINCE = "province", _("province")
    CITY = "city", _("city")
    COUNTY = "county", _("county unit")


class FactKind(TextChoices):
    """What a dated statement about a region can say."""

    POPULATION = "population", _("resident population")
    KINDERGARTENS = "kindergartens", _("kindergartens")
    LIVELIHOOD_PROJECTS = "livelihood_projects", _("people's livelihood projects of the year")
    STAR_REVIEW_YEAR = "star_review_year", _("year whose provincial pilots are due for star assessment")
