"""Calls of the REST interface by the people of the tests, each with a token of their own."""

import json
from typing import Any

from django.test import Client

from portal.accounts import services
from portal.accounts.identity import Caller
from tests.cast import account_of
from tests.smart.app import bearer

V1 = "/api/v1/"


def get(caller: Caller, path: str, scopes: str = "*") -> Any:
    """GET below /api/v1/, or of a whole address that an answer named."""
    address = path if path.startswith("http") else V1 + path
    return Client().get(address, headers=_headers(caller, scopes))


def post(
    caller: Caller, path: str, body: Any = None, scopes: str = "*", *, strength: str = "command", **more: str
) -> Any:
    headers = {**_headers(caller, scopes, strength), **more}
    text = json.dumps(body if body is not None else {})
    return Client().post(V1 + path, text, content_type="application/json", headers=headers)


def _headers(caller: Caller, scopes: str, strength: str = "command") -> dict[str, str]:
    return bearer(services.create_token(user=account_of(caller), scopes=scopes, strength=strength))
