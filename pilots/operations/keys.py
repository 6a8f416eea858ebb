"""Make, rotate and revoke the API keys of institutions and operators.

`by` is None for a command on the server: whoever has a shell there may do anything.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pilots.models import Institution, InstitutionKey, Operator
from pilots.operations.notices import notify
from pilots.operations.refusals import FormUsed, TooManyKeys
from pilots.policies.keys import (
    require_may_manage_keys,
    require_may_manage_operator_keys,
    require_may_revoke_operator_keys,
)
from pilots.queries.keys import keys_expiring
from portal.accounts.keys import KeyTerms, create_key, end_key, made_before, new_token, replace_key, text_of
from portal.accounts.models import ApiKey, User
from portal.audit.trail import recorded

MAX_LIVE_KEYS = 20
TOLD_DAYS_BEFORE = (7, 30)
"""How long before a key expires its people are told; the most urgent first."""


@dataclass(frozen=True)
class IssuedKey:
    """A key with its text, which cannot be shown again; `created` is False where the same form was sent before."""

    grant: InstitutionKey
    text: str
    created: bool


@recorded("key.created")
def create_key_for_institution(
    *, institution_id: int, terms: KeyTerms, by: User | None, at: datetime, token: str = ""
) -> IssuedKey:
    """Make a key with which an institution's software signs in. The same form (`token`) sent again makes no second.

    Raises NotPermitted, KeyTermsInvalid, RangeInvalid, TooManyKeys, FormUsed.
    """
    institution = Institution.objects.select_for_update(no_key=True).get(pk=institution_id)
    if by is not None:
        require_may_manage_keys(by, institution)
    return _create(InstitutionKey(institution=institution), terms, by, at, token)


@recorded("key.created")
def create_key_for_operator(
    *, operator_id: int, terms: KeyTerms, by: User | None, at: datetime, token: str = ""
) -> IssuedKey:
    """Make a key that speaks for all institutions of an operator, those of later days included. Raises as above."""
    operator = Operator.objects.select_for_update(no_key=True).get(pk=operator_id)
    if by is not None:
        require_may_manage_operator_keys(by, operator)
    return _create(InstitutionKey(operator=operator), terms, by, at, token)


@recorded("key.rotated")
def rotate_key(
    *, key_id: int, days: int, overlap_days: int, by: User | None, at: datetime, token: str = ""
) -> IssuedKey:
    """Make a key's successor with the same grants, valid for `days`; both work for the overlap, then the old one ends.

    Raises NotPermitted, KeyEnded (also for a key that has a successor), KeyTermsInvalid, FormUsed.
    """
    grant = _locked(key_id)
    _require_may_manage(by, grant)
    if token and (earlier := made_before(by=by, token=token)) is not None:
        return _again(earlier, grant, by, at, token)
    issued_from = token or new_token()
    successor, text = replace_key(key=grant.key, days=days, overlap_days=overlap_days, by=by, at=at, token=issued_from)
    made = InstitutionKey.objects.create(key=successor, institution=grant.institution, operator=grant.operator)
    _tell(made, "api_key.created", by, at, expires_on=_last_day(made))
    return IssuedKey(made, text, created=True)


@recorded("key.revoked")
def revoke_key(*, key_id: int, reason: str, by: User | None, at: datetime) -> InstitutionKey:
    """Make a key useless from now on, with the reason. A second call keeps the first instant and reason.

    An operator's key is revoked for all its institutions, by a county unit of one of them too (docs/adr/0015).
    Raises NotPermitted, RevocationReasonMissing, KeyTermsInvalid.
    """
    grant = _locked(key_id)
    if by is not None and grant.operator is not None:
        require_may_revoke_operator_keys(by, grant.operator)
    else:
        _require_may_manage(by, grant)
    revoked_before = grant.key.revoked_at is not None
    end_key(key=grant.key, reason=reason, at=at)
    if not revoked_before:
        _tell(grant, "api_key.revoked", by, at)
    return grant


def tell_expiring_keys(*, at: datetime) -> int:
    """Tell of keys that expire within 30 days, and once more within 7; answer how many were looked at.

    A key is told of once for each of the two, whenever this runs, and for none that is as long as its whole life.
    """
    found = 0
    longest = max(TOLD_DAYS_BEFORE)
    for grant in keys_expiring(at, at + timedelta(days=longest)):
        left, life = grant.key.expires_at - at, grant.key.expires_at - grant.key.created_at
        days = next(each for each in TOLD_DAYS_BEFORE if left <= timedelta(days=each))
        if life <= timedelta(days=days):
            continue
        with transaction.atomic():
            _tell(grant, "api_key.expiring", None, at, occasion=f":{days}", expires_on=_last_day(grant))
        found += 1
    return found


def _tell(
    grant: InstitutionKey, kind: str, by: User | None, at: datetime, *, occasion: str = "", **parameters: Any
) -> None:
    """Tell the directors, and of an institution's own key the officers of its county unit."""
    prefix = grant.key.prefix
    notify(
        kind=kind,
        key=f"{kind}:{prefix}{occasion}",
        at=at,
        institution=grant.institution,
        operator=grant.operator,
        by=by,
        prefix=prefix,
        **parameters,
    )


def _last_day(grant: InstitutionKey) -> date:
    return timezone.localdate(grant.key.expires_at)


def _create(grant: InstitutionKey, terms: KeyTerms, by: User | None, at: datetime, token: str) -> IssuedKey:
    if token and (earlier := made_before(by=by, token=token)) is not None:
        return _again(earlier, grant, by, at, token)
    live = InstitutionKey.objects.filter(
        institution=grant.institution, operator=grant.operator, key__revoked_at__isnull=True, key__expires_at__gt=at
    )
    if live.count() >= MAX_LIVE_KEYS:
        raise TooManyKeys(_("There are %(max)s valid keys already; revoke one first.") % {"max": MAX_LIVE_KEYS})
    grant.key, text = create_key(terms=terms, by=by, at=at, token=token or new_token())
    grant.save(force_insert=True)
    _tell(grant, "api_key.created", by, at, expires_on=_last_day(grant))
    return IssuedKey(grant, text, created=True)


def _again(earlier: ApiKey, wanted: InstitutionKey, by: User | None, at: datetime, token: str) -> IssuedKey:
    """The key that the same form made before; a form that served for another key is refused."""
    made = InstitutionKey.objects.get(key=earlier)
    asked = (wanted.institution_id, wanted.operator_id, wanted.pk)
    if (made.institution_id, made.operator_id, earlier.rotated_from_id) != asked:
        raise FormUsed(_("This form was used for another key; open it again."))
    return IssuedKey(made, text_of(earlier, by=by, token=token, at=at), created=False)


def _locked(key_id: int) -> InstitutionKey:
    """A key with its grant, locked against a second rotation or revocation."""
    # The successor is read by a statement of its own: joined here, it would be as it was before the wait for the lock.
    key = ApiKey.objects.select_for_update(no_key=True).get(pk=key_id)
    grant = InstitutionKey.objects.select_related("institution", "operator").get(pk=key_id)
    grant.key = key
    return grant


def _require_may_manage(by: User | None, grant: InstitutionKey) -> None:
    if by is not None and grant.institution is not None:
        require_may_manage_keys(by, grant.institution)
    if by is not None and grant.operator is not None:
        require_may_manage_operator_keys(by, grant.operator)
