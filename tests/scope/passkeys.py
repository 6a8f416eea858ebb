"""A passkey as the sign-in library keeps it, without a device."""

import hashlib
import json

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from portal.accounts.models import User


def passkey(owner: User) -> int:
    """One more of the owner's; answer its id."""
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    identifier = hashlib.sha256(owner.username.encode()).digest()
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(
        hashlib.sha256(b"testserver").digest(),
        flags,
        1,
        AttestedCredentialData.create(Aaguid.NONE, identifier, public),
    )
    client = {"type": "webauthn.create", "challenge": "", "origin": "https://testserver"}
    credential = {
        "id": websafe_encode(identifier),
        "rawId": websafe_encode(identifier),
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": websafe_encode(json.dumps(client).encode()),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        },
    }
    made: Authenticator = WebAuthn.add(owner, "手机", credential).instance
    return made.pk
