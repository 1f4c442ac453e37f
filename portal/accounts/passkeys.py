"""The passkeys of an account, asked for signatures over challenges of our own. allauth keeps them; it is met only here.

allauth registers passkeys and signs in by them, with challenges of its own. What a contract needs is in
`consent.passkey`: here is whose key it is, what the browser is asked, and that it was our site that asked.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import parse_registration_response
from django.http import HttpRequest
from fido2 import cbor
from fido2.webauthn import AttestedCredentialData

from consent.errors import SignatureForeign, SignatureRefused, SignatureReplayed
from consent.passkey import Agreement, from_text, to_text, verify_assertion

TIMEOUT = 5 * 60 * 1000  # milliseconds, as long as the challenge lasts
COUNTER = "sign_count"  # beside allauth's own data of an authenticator


@dataclass(frozen=True)
class Passkey:
    """One of an account's passkeys, as allauth keeps it."""

    row: Authenticator
    credential: AttestedCredentialData

    @property
    def public_key(self) -> bytes:
        """The COSE key."""
        return bytes(cbor.encode(dict(self.credential.public_key)))


def passkeys(account: UUID) -> list[Passkey]:
    """What this account can sign with."""
    rows = Authenticator.objects.filter(user_id=account, type=Authenticator.Type.WEBAUTHN)
    return [Passkey(row, credential_of(row)) for row in rows]


def credential_of(row: Authenticator) -> AttestedCredentialData:
    """The credential that an authenticator is."""
    registered = parse_registration_response(row.data["credential"])
    found = registered.response.attestation_object.auth_data.credential_data
    assert found is not None  # noqa: S101 - a registration always attests one
    return found


def options(request: HttpRequest, agreement: Agreement, *, account: UUID) -> dict[str, Any]:
    """What `navigator.credentials.get` is given, binary values in base64url (WebAuthn Level 2, section 5.5)."""
    return {
        "challenge": to_text(agreement.challenge()),
        "rpId": _site(request),
        "allowCredentials": [
            {"type": "public-key", "id": to_text(one.credential.credential_id)} for one in passkeys(account)
        ],
        "userVerification": "required",
        "timeout": TIMEOUT,
    }


def evidence(request: HttpRequest, answer: object, *, account: UUID) -> dict[str, Any]:
    """What `consent.services.sign` takes, of the browser's answer: {"signed": the agreement, "assertion": its JSON}.

    The signature was checked with the account's own key, for this site, and its counter has moved. Raises
    SignatureForeign, SignatureReplayed (a counter that stands still), SignatureRefused and its kin.
    """
    signed, credential_id, response = _parts(answer)
    owned = [one for one in passkeys(account) if one.credential.credential_id == credential_id]
    if not owned:
        raise SignatureForeign("That passkey is not one of yours. Sign with a passkey of this account.")
    found = {
        "authenticator_data": response["authenticatorData"],
        "client_data_json": response["clientDataJSON"],
        "credential_id": to_text(credential_id),
        "origin": f"{request.scheme}://{request.get_host()}",
        "public_key": to_text(owned[0].public_key),
        "rp_id": _site(request),
        "signature": response["signature"],
        "signed": dict(signed),
    }
    _count(owned[0].row, verify_assertion(found))
    return found


def _parts(answer: object) -> tuple[Mapping[str, Any], bytes, Mapping[str, Any]]:
    try:
        assert isinstance(answer, Mapping)  # noqa: S101 - caught below with all else that is not the form
        signed, assertion = answer["signed"], answer["assertion"]
        credential_id, response = from_text(assertion["id"]), assertion["response"]
        texts = [response[name] for name in ("authenticatorData", "clientDataJSON", "signature")]
        assert isinstance(signed, Mapping)  # noqa: S101
        assert all(isinstance(text, str) for text in texts)  # noqa: S101
        json.dumps(signed)
    except (AssertionError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise SignatureRefused("The passkey's answer cannot be read. Sign again.") from error
    return signed, credential_id, response


def _count(row: Authenticator, counted: int) -> None:
    """A counter that does not move means that the key was copied; most passkeys do not count at all (always 0)."""
    locked = Authenticator.objects.select_for_update().get(pk=row.pk)
    before = int(locked.data.get(COUNTER, 0))
    if (counted or before) and counted <= before:
        raise SignatureReplayed("The passkey has signed this before, or was copied. Nothing is shared.")
    if counted:
        locked.data = {**locked.data, COUNTER: counted}
        locked.save(update_fields=["data"])


def _site(request: HttpRequest) -> str:
    """The relying party id under which allauth registers passkeys here."""
    return request.get_host().partition(":")[0]
