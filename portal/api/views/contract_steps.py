"""`/api/v1/contracts/ID/...`: what becomes of a contract: revoked, suspended, resumed, signed by a second person."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from consent import selectors, services
from ledger.scope import party_scope, tenant_scope
from portal.accounts import selectors as accounts
from portal.api.endpoint import Endpoint
from portal.api.shapes import contracts as shapes
from portal.api.shapes.names import Names
from portal.api.shapes.problems import problems
from portal.api.views.contracts import readable_contract, token_signature


class ContractStep(Endpoint):
    """Something that becomes of one of my contracts, and needs no more said."""

    def step(self, contract: UUID, service: Callable[..., Any]) -> Response:
        person = self.own_person()
        with party_scope(person):
            custodian = selectors.contract(contract, person=person).tenant_id
        with tenant_scope(custodian):
            changed = service(contract=contract, actor=self.caller.user, person=person)
        return Response(shapes.contract(changed, Names()))

    def shown_again(self, key: UUID) -> Response:
        return Response(shapes.contract(readable_contract(self, key), Names()))


class ContractRevoke(ContractStep):
    scopes: ClassVar = {"POST": "contracts.revoke"}

    @extend_schema(
        operation_id="contracts_revoke",
        tags=["contracts"],
        request=None,
        responses={200: shapes.Contract, **problems(404, 409, 413, 415)},
    )
    def post(self, request: Request, contract: UUID) -> Response:
        """Stop sharing. It bites on the next read; what was seen before stays in the history."""
        return self.step(contract, services.revoke)


class ContractSuspend(ContractStep):
    scopes: ClassVar = {"POST": "contracts.revoke"}

    @extend_schema(
        operation_id="contracts_suspend",
        tags=["contracts"],
        request=None,
        responses={200: shapes.Contract, **problems(404, 409, 413, 415)},
    )
    def post(self, request: Request, contract: UUID) -> Response:
        """Let a contract rest: it permits nothing until it is resumed."""
        return self.step(contract, services.suspend)


class ContractResume(ContractStep):
    scopes: ClassVar = {"POST": "sign"}

    @extend_schema(
        operation_id="contracts_resume",
        tags=["contracts"],
        request=None,
        responses={200: shapes.Contract, **problems(404, 409, 413, 415)},
    )
    def post(self, request: Request, contract: UUID) -> Response:
        """Let it hold again, as it was signed. What the custodian suspended, only the custodian lets go."""
        return self.step(contract, services.resume)


class Cosignatures(Endpoint):
    scopes: ClassVar = {"GET": "contracts.read"}

    @extend_schema(
        operation_id="contracts_to_cosign",
        tags=["contracts"],
        responses={200: shapes.Contract(many=True), **problems()},
    )
    def get(self, request: Request) -> Response:
        """The contracts of others that wait for my second signature, the oldest first."""
        with party_scope(self.caller.user):
            waiting = selectors.awaiting_cosigner(self.caller.user)
        names = Names()
        return Response([shapes.contract(one, names) for one in waiting])


class CosignatureStep(Endpoint):
    """What becomes of a contract by whom it names as its second signer. A second time it says what became of it."""

    keeps_attempts: ClassVar = False

    def custodian(self, contract: UUID) -> UUID:
        with party_scope(self.caller.user):
            return selectors.contract_to_cosign(contract, cosigner=self.caller.user).tenant_id


class ContractCosign(CosignatureStep):
    scopes: ClassVar = {"POST": "sign"}

    @extend_schema(
        operation_id="contracts_cosign",
        tags=["contracts"],
        request=shapes.Cosignature,
        responses={200: shapes.Contract, **problems(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, contract: UUID) -> Response:
        """Put the second signature, mine, under somebody's contract that waits for it. It comes into force.

        With a passkey it is signed by `challenge/` and `sign/`, as the first signature is.
        """
        body = shapes.Cosignature(data=request.data)
        body.is_valid(raise_exception=True)
        custodian = accounts.organisation(body.validated_data["custodian"]).id
        with tenant_scope(custodian):
            signed = services.cosign(
                contract=contract, signature=token_signature(self.caller), cosigner=self.caller.user
            )
        return Response(shapes.contract(signed, Names()))


class ContractCosignDecline(CosignatureStep):
    scopes: ClassVar = {"POST": "contracts.revoke"}

    @extend_schema(
        operation_id="contracts_cosign_decline",
        tags=["contracts"],
        request=None,
        responses={200: shapes.Contract, **problems(404, 409, 413, 415)},
    )
    def post(self, request: Request, contract: UUID) -> Response:
        """Do not sign: the contract ends without having permitted anything, and whose records they are is told."""
        with tenant_scope(self.custodian(contract)):
            ended = services.decline_cosignature(contract=contract, cosigner=self.caller.user)
        return Response(shapes.contract(ended, Names()))
