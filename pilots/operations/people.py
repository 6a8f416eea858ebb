"""Give keys to institutions and memberships to people."""

from django.utils import timezone

from pilots.models import Institution, InstitutionKey
from pilots.operations.keys import create_key_for_institution
from portal.accounts.keys import KeyTerms
from portal.accounts.scopes import ALL_SCOPES


def create_institution_key(*, number: str, label: str) -> tuple[InstitutionKey, str]:
    """Make a key with all scopes for a year, as the command does. Its text is answered once and not kept."""
    issued = create_key_for_institution(
        institution_id=Institution.objects.get(number=number).pk,
        terms=KeyTerms(label, ALL_SCOPES),
        by=None,
        at=timezone.now(),
    )
    return issued.grant, issued.text
