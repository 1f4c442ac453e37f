"""Somebody of the cast as a program that calls the REST interface, in this process."""

import json
from typing import Any

from django.test import Client

from portal.accounts import services
from portal.accounts.identity import Caller
from tests.cast import account_of
from tests.smart.app import bearer


class Rest:
    """`scopes` are those of its token."""

    def __init__(self, caller: Caller, scopes: str) -> None:
        self._http = Client()
        self._bearer = bearer(services.create_token(user=account_of(caller), scopes=scopes))

    def get(self, path: str, **headers: str) -> Any:
        return self._http.get(path, headers={**self._bearer, **headers})

    def post(self, path: str, body: object = None, *, key: str = "", **headers: str) -> Any:
        """`key`: an Idempotency-Key."""
        named = {**self._bearer, **headers, **({"Idempotency-Key": key} if key else {})}
        sent = "{}" if body is None else json.dumps(body)
        return self._http.post(path, sent, content_type="application/json", headers=named)
