"""The register as of a day, narrowed to a region."""

from datetime import date, datetime

from django.db.models import Q, QuerySet

from pilots.models import Institution, Region, RegisterRow
from pilots.models.register import RegisterQuerySet


def register(day: date, *, region: str | None = None, known_at: datetime | None = None) -> RegisterQuerySet:
    """Institutions that ran on `day`, one row each, of one region or of all.

    `known_at` leaves out what was recorded later, so that the records behind a computed figure can be listed again.
    """
    rows = RegisterRow.objects.on(day, known_at)
    if region is not None:
        rows = rows.filter(county__in=Region.objects.counties_within(region).values("pk"))
    return rows


def open_on(institutions: QuerySet[Institution], day: date) -> QuerySet[Institution]:
    """Those that ran on `day`: whom the register lists, without looking anything up in the ledgers."""
    still_open = Q(closed_on__isnull=True) | Q(closed_on__gt=day)
    return institutions.filter(still_open, opened_on__lte=day)
