"""API keys by themselves: made, found, rotated, revoked, used. Whose they are is the matter of `pilots`."""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Q, TextChoices
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import LONGEST_LIFE_DAYS, ApiKey, User
from portal.accounts.ranges import normal_address, normal_ranges
from portal.accounts.scopes import Scope
from portal.shared.refusals import DomainError
from portal.shared.validators import validate_visible

SCHEME = "tuoyu"
PREFIX_LENGTH = 12
LONGEST_SECRET = 100
_PREFIX = re.compile(f"[0-9a-f]{{{PREFIX_LENGTH}}}")
LONGEST_LABEL = 100
LONGEST_REASON = 500
DEFAULT_LIFE_DAYS = 365
DEFAULT_OVERLAP_DAYS = 7
LONGEST_OVERLAP_DAYS = 30
EXPIRES_SOON = timedelta(days=30)
SHOWN_FOR = timedelta(minutes=1)
"""A form sent again within this time is the same click; later its key is not shown any more."""
USE_NOTED_EVERY = timedelta(minutes=1)


class KeyTermsInvalid(DomainError):
    """A key cannot be made in this way; `field` says which of its terms is wrong."""

    code = "key_terms_invalid"
    status = 400


class KeyEnded(DomainError):
    """The key was revoked, has expired or was rotated already."""

    code = "key_ended"
    status = 409


class RevocationReasonMissing(DomainError):
    """A revocation needs a reason."""

    code = "reason_missing"
    status = 400


class KeyState(TextChoices):
    """What has become of a key."""

    VALID = "valid", gettext_lazy("valid")
    EXPIRING = "expiring", gettext_lazy("expires soon")
    OUTGOING = "outgoing", gettext_lazy("replaced, still works")
    REPLACED = "replaced", gettext_lazy("replaced")
    EXPIRED = "expired", gettext_lazy("expired")
    REVOKED = "revoked", gettext_lazy("revoked")


LIVE = frozenset({KeyState.VALID, KeyState.EXPIRING, KeyState.OUTGOING})


@dataclass(frozen=True)
class KeyTerms:
    """What a key may be used for, how long, and from where (empty: from anywhere)."""

    label: str = ""
    scopes: tuple[str, ...] = ()
    days: int = DEFAULT_LIFE_DAYS
    addresses: tuple[str, ...] = ()

    def columns(self) -> dict[str, object]:
        """As columns of a key. Raises KeyTermsInvalid or RangeInvalid at the field that is wrong."""
        label = self.label.strip()
        try:
            validate_visible(label)
        except ValidationError as error:
            raise KeyTermsInvalid(error.messages[0], field="label") from error
        if len(label) > LONGEST_LABEL:
            raise KeyTermsInvalid(_("At most %(max)s characters.") % {"max": LONGEST_LABEL}, field="label")
        if not self.scopes or not set(self.scopes) <= set(Scope.values):
            known = ", ".join(Scope.values)
            raise KeyTermsInvalid(_("Choose at least one of: %(scopes)s.") % {"scopes": known}, field="scopes")
        if not 1 <= self.days <= LONGEST_LIFE_DAYS:
            said = _("A key is valid for 1 to %(max)s days, a year at most.") % {"max": LONGEST_LIFE_DAYS}
            raise KeyTermsInvalid(said, field="days")
        scopes = [scope.value for scope in Scope if scope in self.scopes]
        return {"label": label, "scopes": scopes, "addresses": normal_ranges(self.addresses)}


def create_key(
    *, terms: KeyTerms, by: User | None, at: datetime, token: str, rotated_from: ApiKey | None = None
) -> tuple[ApiKey, str]:
    """Store a new key; answer it with its text. Only a digest is kept; the token gives the text again (`text_of`)."""
    prefix, secret = secrets.token_hex(PREFIX_LENGTH // 2), _secret(by, token)
    key = ApiKey.objects.create(
        prefix=prefix,
        digest=digest_of(secret),
        request_digest=_request_digest(by, token),
        created_at=at,
        created_by=by,
        expires_at=at + timedelta(days=terms.days),
        rotated_from=rotated_from,
        **terms.columns(),
    )
    return key, _text(prefix, secret)


def made_before(*, by: User | None, token: str) -> ApiKey | None:
    """The key that this user made with the same token before: the form was sent twice."""
    return ApiKey.objects.filter(request_digest=_request_digest(by, token)).first()


def text_of(key: ApiKey, *, by: User | None, token: str, at: datetime) -> str:
    """The text of a key made a moment ago, for whoever has the token of the form; empty for anyone, and later."""
    secret = _secret(by, token)
    known = constant_time_compare(key.digest, digest_of(secret)) and at - key.created_at <= SHOWN_FOR
    return _text(key.prefix, secret) if known else ""


def replace_key(
    *, key: ApiKey, days: int, overlap_days: int, by: User | None, at: datetime, token: str
) -> tuple[ApiKey, str]:
    """Make a key's successor with the same grants; the old one ends after the overlap. The caller holds the key's lock.

    Raises KeyEnded where the key has ended or has a successor, KeyTermsInvalid for days out of range.
    """
    if not 0 <= overlap_days <= LONGEST_OVERLAP_DAYS:
        raise KeyTermsInvalid(
            _("Both keys work together for 0 to %(max)s days.") % {"max": LONGEST_OVERLAP_DAYS}, field="overlap"
        )
    require_replaceable(key, at)
    terms = KeyTerms(key.label, tuple(key.scopes), days, tuple(key.addresses))
    successor, text = create_key(terms=terms, by=by, at=at, token=token, rotated_from=key)
    key.expires_at = min(key.expires_at, at + timedelta(days=overlap_days))
    key.save(update_fields=["expires_at"])
    return successor, text


def require_replaceable(key: ApiKey, at: datetime) -> None:
    """Refuse a key that has ended, or was rotated already."""
    state = state_of(key, at)
    if state not in LIVE:
        raise KeyEnded(_("This key has ended; make a new one."))
    if state == KeyState.OUTGOING:
        raise KeyEnded(_("This key was rotated already; rotate its successor."))


def end_key(*, key: ApiKey, reason: str, at: datetime) -> None:
    """Make a key useless from now on. A second call keeps the first instant and reason. The caller holds its lock."""
    if key.revoked_at is not None:
        return
    said = reason.strip()
    if not said:
        raise RevocationReasonMissing(_("Say why the key is revoked."), field="reason")
    if len(said) > LONGEST_REASON:
        raise KeyTermsInvalid(_("At most %(max)s characters.") % {"max": LONGEST_REASON}, field="reason")
    key.revoked_at, key.revoked_reason = at, said
    key.save(update_fields=["revoked_at", "revoked_reason"])


def note_use(*, key: ApiKey, address: str, at: datetime) -> None:
    """Write down a successful use, at most once a minute; most calls cost no statement."""
    stale = at - USE_NOTED_EVERY
    if key.last_used_at is not None and key.last_used_at > stale:
        return
    unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lte=stale)
    ApiKey.objects.filter(unnoted, pk=key.pk).update(last_used_at=at, last_used_from=normal_address(address))


def state_of(key: ApiKey, at: datetime) -> KeyState:
    """What has become of a key; costs no query where `successor` was selected along."""
    if key.revoked_at is not None:
        return KeyState.REVOKED
    replaced = hasattr(key, "successor")
    if key.expires_at <= at:
        return KeyState.REPLACED if replaced else KeyState.EXPIRED
    if replaced:
        return KeyState.OUTGOING
    return KeyState.EXPIRING if key.expires_at - at <= EXPIRES_SOON else KeyState.VALID


def new_token() -> str:
    """A token for a form, so that sending it twice makes one key; the key's secret is derived from it."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """SHA-256 of the secret part, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def split_key(text: str) -> tuple[str, str] | None:
    """Prefix and secret of a key's text, or None where it does not read like a key."""
    scheme, _separator, rest = text.partition("_")
    prefix, _separator, secret = rest.partition("_")
    if scheme != SCHEME or not _PREFIX.fullmatch(prefix) or not 0 < len(secret) <= LONGEST_SECRET:
        return None
    return prefix, secret


def _text(prefix: str, secret: str) -> str:
    return f"{SCHEME}_{prefix}_{secret}"


def _seed(by: User | None, token: str) -> str:
    return f"{by.pk if by else ''}:{token}"


def _secret(by: User | None, token: str) -> str:
    """256 bits that nobody can compute without SECRET_KEY and the form's token, which is not kept."""
    code = salted_hmac("portal.accounts.keys", _seed(by, token), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(code).decode().rstrip("=")


def _request_digest(by: User | None, token: str) -> str:
    return digest_of(_seed(by, token))
