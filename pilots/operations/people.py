"""Give keys to institutions and memberships to people."""

from datetime import datetime

from pilots.models import Institution, InstitutionKey
from portal.accounts.keys import create_key, revoke_key
from portal.audit.trail import recorded


@recorded("api_key.created")
def create_institution_key(*, number: str, label: str) -> tuple[InstitutionKey, str]:
    """Make an API key with which an institution's software reports. Its text is answered once and not kept."""
    institution = Institution.objects.get(number=number)
    key, text = create_key(label=label)
    return InstitutionKey.objects.create(key=key, institution=institution), text


@recorded("api_key.revoked")
def revoke_institution_key(*, key_id: int, at: datetime) -> InstitutionKey:
    """Make a key useless from now on."""
    revoke_key(key_id=key_id, at=at)
    return InstitutionKey.objects.get(pk=key_id)
