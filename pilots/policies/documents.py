"""Which documents a principal sees."""

from django.db.models import Q, QuerySet

from pilots.models import Document
from pilots.policies.institutions import visible_institutions
from pilots.policies.standing import Principal, standing


def visible_documents(principal: Principal) -> QuerySet[Document]:
    """Documents of visible institutions. Withdrawn ones only for who may withdraw: the wrong file stays with them."""
    held = standing(principal)
    own = Q(institution__in=held.institutions) | Q(institution__county__in=held.county_desks)
    return Document.objects.filter(
        Q(withdrawal__isnull=True) | own, institution__in=visible_institutions(principal).values("pk")
    )
