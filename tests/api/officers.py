"""Officers and clinicians of the cast who call the REST interface, in this process."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from portal.accounts import services
from portal.accounts.identity import Caller
from tests.cast import account_of
from tests.smart.app import bearer


def call(
    method: str,
    path: str,
    caller: Caller,
    scopes: str,
    body: Any = None,
    *,
    strength: str = "command",
    **headers: str,
) -> Any:
    """The answer to one call with a new token of these scopes."""
    token = services.create_token(user=account_of(caller), scopes=scopes, strength=strength)
    sent = "" if body is None else json.dumps(body)
    return Client().generic(
        method, path, sent, content_type="application/json", headers={**bearer(token), **headers}
    )


def second_factor(caller: Caller) -> None:
    """Give the account one."""
    Authenticator.objects.create(user=account_of(caller), type=Authenticator.Type.TOTP, data={})


def letters_leave_at_once(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Letters leave when a transaction commits; these tests never commit. The letters so far."""
    monkeypatch.setattr("portal.accounts.invitations.transaction.on_commit", lambda act: act())
    return mail.outbox
