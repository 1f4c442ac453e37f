"""`/api/v1/people/`: whom I look after, and deciding about their sharing as far as their delegation goes."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api import cursors
from portal.api.endpoint import Endpoint
from portal.api.shapes import contracts, people
from portal.api.shapes.base import page_of
from portal.api.shapes.names import Names
from portal.api.shapes.problems import problems
from portal.api.views.contracts import grant
from portal.api.views.lists import CURSOR, LIMIT
from portal.api.views.passkeys import asked, signed
from portal.records.services import (
    LookedAfter,
    acting_for,
    granted_for,
    looked_after,
    one_granted_for,
    stop_for,
)


class People(Endpoint):
    scopes: ClassVar = {"GET": "records.read"}

    @extend_schema(
        operation_id="people_list",
        tags=["people"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(people.Person), **problems(404)},
    )
    def get(self, request: Request) -> Response:
        """Who shares their record with me as a relative, whose sharing ends last first; and for whom I decide."""
        names = Names()

        def place(item: LookedAfter) -> tuple[datetime, UUID]:
            return max(ends for _tenant, ends in item.places), item.person

        def shown(item: LookedAfter) -> dict[str, Any]:
            return people.person(item, names)

        found = looked_after(caller=self.caller)
        return cursors.page_of_all(request, cursors.window(request), found, place=place, shown=shown)


class TheirContract(Endpoint):
    """About a contract that I granted for somebody. Others of theirs are not mine to see."""

    def custodian(self, person: UUID, contract: UUID) -> UUID:
        found: UUID = one_granted_for(caller=self.caller, person=person, contract=contract).tenant_id
        return found

    def shown_again(self, key: UUID) -> Response:
        found = one_granted_for(caller=self.caller, person=self.kwargs["person"], contract=key)
        return Response(contracts.contract(found, Names()))


class TheirContracts(TheirContract):
    scopes: ClassVar = {"GET": "manage_consent", "POST": "manage_consent"}

    @extend_schema(
        operation_id="their_contracts_list",
        tags=["people"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(contracts.Contract), **problems(404)},
    )
    def get(self, request: Request, person: UUID) -> Response:
        """The contracts that I granted for them, newest first."""
        names = Names()
        acting = acting_for(caller=self.caller, person=person)

        def place(item: Any) -> tuple[datetime, UUID]:
            return item.proposed_at, item.id

        def shown(item: Any) -> dict[str, Any]:
            return contracts.contract(item, names)

        found = granted_for(caller=self.caller, acting=acting)
        return cursors.page_of_all(request, cursors.window(request), found, place=place, shown=shown)

    @extend_schema(
        operation_id="their_contracts_grant",
        tags=["people"],
        request=contracts.NewContract,
        responses={201: contracts.Contract, **problems(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, person: UUID) -> Response:
        """Grant a contract for them, within what their delegation covers. The call signs it, or proposes it."""
        acting = acting_for(caller=self.caller, person=person)
        body = contracts.NewContract(data=request.data)
        body.is_valid(raise_exception=True)
        acting.check_custodian(body.validated_data["custodian"])
        made = grant(self.caller, body.validated_data, person=person, delegate=self.caller.user)
        return Response(contracts.contract(made, Names()), status=201)


class TheirContractChallenge(TheirContract):
    scopes: ClassVar = {"POST": "manage_consent"}
    keeps_attempts = False  # each challenge is a new one

    @extend_schema(
        operation_id="their_contracts_challenge",
        tags=["people"],
        request=None,
        responses={200: contracts.Challenge, **problems(404, 409)},
    )
    def post(self, request: Request, person: UUID, contract: UUID) -> Response:
        """What my passkey is to sign for them, within five minutes and once."""
        return asked(request, self.caller, contract, custodian=self.custodian(person, contract))


class TheirContractSign(TheirContract):
    scopes: ClassVar = {"POST": "manage_consent"}

    @extend_schema(
        operation_id="their_contracts_sign",
        tags=["people"],
        request=contracts.Assertion,
        responses={200: contracts.Contract, **problems(403, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, person: UUID, contract: UUID) -> Response:
        """Put what I proposed for them in force by my passkey's answer, if the delegation covers it still."""
        custodian = self.custodian(person, contract)
        return signed(request, self.caller, contract, custodian=custodian, delegate=self.caller.user)


class TheirContractRevoke(TheirContract):
    scopes: ClassVar = {"POST": "manage_consent"}

    @extend_schema(
        operation_id="their_contracts_revoke",
        tags=["people"],
        request=None,
        responses={200: contracts.Contract, **problems(404, 409, 413, 415)},
    )
    def post(self, request: Request, person: UUID, contract: UUID) -> Response:
        """Stop what I granted for them. It bites on the next read."""
        ended = stop_for(caller=self.caller, person=person, contract=contract)
        return Response(contracts.contract(ended, Names()))
