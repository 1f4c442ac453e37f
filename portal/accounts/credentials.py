"""Ways to sign in that are added or taken away (authenticator apps, passkeys, recovery codes) stand in the ledger.

allauth opens no transaction around its own writes, so the entry comes first: without it there is no change.
"""

from typing import Any
from uuid import UUID

from allauth.core import context
from allauth.mfa.models import Authenticator
from django.db.models.signals import pre_delete, pre_save

from ledger.hashing import sha256
from portal.accounts.entries import enter_account
from portal.accounts.passkeys import Passkey, credential_of


def connect() -> None:
    """Hear of every authenticator, by whichever page it comes or goes."""
    pre_save.connect(_added, Authenticator, dispatch_uid="accounts.credential.added")
    pre_delete.connect(_removed, Authenticator, dispatch_uid="accounts.credential.removed")


def _added(instance: Authenticator, **_: Any) -> None:
    if instance._state.adding:  # a use is saved too
        _enter("credential.added", instance)


def _removed(instance: Authenticator, **_: Any) -> None:
    _enter("credential.removed", instance)


def _enter(kind: str, authenticator: Authenticator) -> None:
    audit = {"credential": str(authenticator.type), **_key(authenticator)}
    enter_account(kind, account=authenticator.user_id, actor=_actor(), audit=audit)


def _key(authenticator: Authenticator) -> dict[str, str]:
    """By which an outsider knows a passkey again in the signatures that it makes: SHA-256 of its COSE key, in hex."""
    if authenticator.type != Authenticator.Type.WEBAUTHN:
        return {}
    return {"key": sha256(Passkey(authenticator, credential_of(authenticator)).public_key).hex()}


def _actor() -> UUID | None:
    """Whoever's request this is; nobody's at the command line."""
    request = context.request
    return request.user.id if request is not None and request.user.is_authenticated else None
