"""`/api/v1/contracts/ID/challenge/` and `.../sign/`: a proposed contract is signed with a passkey, in two steps.

A browser on this node's own site asks the passkey; a program that calls with a token hands both on.
"""

from contextlib import suppress
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from consent import selectors, services
from consent.errors import UnknownContract
from ledger.scope import party_scope, tenant_scope
from portal.accounts import passkeys
from portal.accounts.identity import Caller
from portal.api.endpoint import Endpoint
from portal.api.shapes import contracts as shapes
from portal.api.shapes.names import Names
from portal.api.shapes.problems import problems
from portal.api.views.contracts import readable_contract


class ContractChallenge(Endpoint):
    scopes: ClassVar = {"POST": "sign"}
    keeps_attempts = False  # each challenge is a new one

    @extend_schema(
        operation_id="contracts_challenge",
        tags=["contracts"],
        request=None,
        responses={200: shapes.Challenge, **problems(404, 409)},
    )
    def post(self, request: Request, contract: UUID) -> Response:
        """What my passkey is to sign, within five minutes and once."""
        return asked(request, self.caller, contract, custodian=_custodian(self, contract))


class ContractSign(Endpoint):
    scopes: ClassVar = {"POST": "sign"}

    @extend_schema(
        operation_id="contracts_sign",
        tags=["contracts"],
        request=shapes.Assertion,
        responses={200: shapes.Contract, **problems(403, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, contract: UUID) -> Response:
        """Put a contract in force by the passkey's answer: a proposed one of mine, or one that waits for my second."""
        custodian = _custodian(self, contract)
        return signed(request, self.caller, contract, custodian=custodian)

    def shown_again(self, key: UUID) -> Response:
        return Response(shapes.contract(readable_contract(self, key), Names()))


def asked(request: Request, caller: Caller, contract: UUID, *, custodian: UUID) -> Response:
    """A challenge for the caller's passkey over a contract at that custodian."""
    with tenant_scope(custodian):
        agreement = services.challenge(contract=contract, signer=caller.user)
    public_key = passkeys.options(request._request, agreement, account=caller.user)
    return Response({"signed": agreement.document(), "publicKey": public_key})


def signed(
    request: Request, caller: Caller, contract: UUID, *, custodian: UUID, delegate: UUID | None = None
) -> Response:
    """The contract with the signature of the caller's passkey; `delegate`: who acts for the person."""
    body = shapes.Assertion(data=request.data)
    body.is_valid(raise_exception=True)
    given: dict[str, Any] = body.validated_data
    with tenant_scope(custodian):
        evidence = passkeys.evidence(request._request, given, account=caller.user)
        made = services.sign(
            contract=contract,
            signer=caller.user,
            evidence=evidence,
            request=given.get("request"),
            delegate=delegate,
        )
    return Response(shapes.contract(made, Names()))


def _custodian(endpoint: Endpoint, contract: UUID) -> UUID:
    """Of a contract of mine, or of one that names me as its second signer."""
    caller = endpoint.caller
    if caller.person is not None:
        with suppress(UnknownContract), party_scope(caller.person):
            return selectors.contract(contract, person=caller.person).tenant_id
    with party_scope(caller.user):
        return selectors.contract_to_cosign(contract, cosigner=caller.user).tenant_id
