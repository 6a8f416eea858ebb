"""API keys, read."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from pilots.models import Institution, InstitutionKey, Operator
from portal.accounts.keys import EXPIRES_SOON

WITH_KEY = ("key__created_by", "key__successor", "key__rotated_from")


def keys_of_institution(institution: Institution, at: datetime) -> QuerySet[InstitutionKey]:
    """An institution's own keys: those that work first, then the newest."""
    return _listed(InstitutionKey.objects.filter(institution=institution), at)


def keys_of_operator(operator: Operator, at: datetime) -> QuerySet[InstitutionKey]:
    """An operator's keys: those that work first, then the newest."""
    return _listed(InstitutionKey.objects.filter(operator=operator), at)


def operator_keys_opening(institution: Institution, at: datetime) -> QuerySet[InstitutionKey]:
    """Keys of the institution's operator that work: they open the institution too."""
    return operator_keys(institution).exclude(ended(at)).order_by("-key__created_at")


def operator_keys(institution: Institution) -> QuerySet[InstitutionKey]:
    """Keys of the institution's operator, ended ones too."""
    return InstitutionKey.objects.filter(operator__institutions=institution).select_related(*WITH_KEY)


def with_expiring_keys(institutions: Collection[int], at: datetime) -> frozenset[int]:
    """Those of the institutions that have a key which ends within a month and has no successor."""
    soon = InstitutionKey.objects.filter(
        institution__in=institutions, key__expires_at__lte=at + EXPIRES_SOON, key__successor__isnull=True
    )
    return frozenset(pk for pk in soon.exclude(ended(at)).values_list("institution_id", flat=True) if pk is not None)


def keys_expiring(at: datetime, until: datetime) -> QuerySet[InstitutionKey]:
    """Keys that work, end within the time and have no successor; the first to end first."""
    soon = InstitutionKey.objects.filter(key__expires_at__lte=until, key__successor__isnull=True).exclude(ended(at))
    return soon.select_related("key", "institution", "operator").order_by("key__expires_at", "pk")


def ended(at: datetime) -> Q:
    """Keys that no longer work."""
    return Q(key__revoked_at__isnull=False) | Q(key__expires_at__lte=at)


def _listed(keys: QuerySet[InstitutionKey], at: datetime) -> QuerySet[InstitutionKey]:
    over = ExpressionWrapper(ended(at), output_field=BooleanField())
    return keys.select_related(*WITH_KEY).annotate(over=over).order_by("over", "-key__created_at", "-pk")
