"""`/api/v1/contracts/`: grant, amend, list, look at."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from consent import selectors, services
from consent.errors import UnknownContract
from consent.signature import SECOND_FACTOR, Signature
from ledger.scope import party_scope, tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.identity import Caller
from portal.api import cursors
from portal.api.endpoint import Endpoint
from portal.api.grantees import terms_and_display
from portal.api.shapes import contracts as shapes
from portal.api.shapes.base import page_of
from portal.api.shapes.names import Names
from portal.api.shapes.problems import problems
from portal.api.views.lists import CURSOR, LIMIT, side
from portal.records.services import majority

SIDE = OpenApiParameter(
    "side",
    OpenApiTypes.STR,
    enum=["granted", "received"],
    description="By me, or to me. If absent: by me if a patient.",
)


class Contracts(Endpoint):
    scopes: ClassVar = {"GET": "contracts.read", "POST": "sign"}

    @extend_schema(
        operation_id="contracts_list",
        tags=["contracts"],
        parameters=[SIDE, CURSOR, LIMIT],
        responses={200: page_of(shapes.Contract), **problems(404)},
    )
    def get(self, request: Request) -> Response:
        """The contracts that I granted, or those in force that were granted to me, newest first."""
        asked, names = cursors.window(request), Names()
        granted = side(request, "granted", "received", first=self.caller.person is not None)
        found = self._granted() if granted else self._received()

        def place(item: Any) -> tuple[datetime, UUID]:
            return item.proposed_at, item.id

        def shown(item: Any) -> dict[str, Any]:
            return shapes.contract(item, names)

        return cursors.page_of_all(request, asked, found, place=place, shown=shown)

    @extend_schema(
        operation_id="contracts_grant",
        tags=["contracts"],
        request=shapes.NewContract,
        responses={201: shapes.Contract, **problems(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """Grant a contract over my own records. The call signs it: the token needs the scope `sign` by name.

        With `sign: passkey` it is only proposed, and permits nothing until a passkey has signed it. With `supersedes`
        it amends another: that one ends in the transaction in which this one comes into force.
        """
        person = self.own_person()
        body = shapes.NewContract(data=request.data)
        body.is_valid(raise_exception=True)
        made = grant(self.caller, body.validated_data, person=person)
        return Response(shapes.contract(made, Names()), status=201)

    def shown_again(self, key: UUID) -> Response:
        return Response(shapes.contract(readable_contract(self, key), Names()))

    def _granted(self) -> list[Any]:
        person = self.own_person()
        with party_scope(person):
            return selectors.contracts_of_person(person)

    def _received(self) -> list[Any]:
        clinician = self.acting_as("clinician")
        found: dict[UUID, Any] = {}
        for party in filter(None, (clinician.user, clinician.organisation)):
            with party_scope(party):
                contracts = selectors.contracts_for_grantee(clinician.user, clinician.organisation)
            found |= {item.id: item for item in contracts if item.grantee == party}
        return list(found.values())


class Contract(Endpoint):
    scopes: ClassVar = {"GET": "contracts.read"}

    @extend_schema(
        operation_id="contracts_read", tags=["contracts"], responses={200: shapes.Contract, **problems(404)}
    )
    def get(self, request: Request, contract: UUID) -> Response:
        """One contract that I granted, or that was granted to me."""
        return Response(shapes.contract(readable_contract(self, contract), Names()))


def grant(caller: Caller, body: Mapping[str, Any], *, person: UUID, delegate: UUID | None = None) -> Any:
    """The contract that a call signs with its token, or proposes for a passkey; `delegate`: who acts for the person."""
    terms, display = terms_and_display(body)
    about: dict[str, Any] = {
        "person": person,
        "grantor": caller.user,
        "terms": terms,
        "display": display,
        "supersedes": body.get("supersedes"),
        "delegate": delegate,
    }
    with tenant_scope(terms.custodian):
        accounts.registration(person=person)
        about["majority"] = majority(caller=caller, person=person, terms=terms)
        if body.get("sign") == "passkey":
            return services.propose(**about)
        signature = token_signature(caller)
        return services.grant(**about, signature=signature, request=body.get("request"))


def token_signature(caller: Caller) -> Signature:
    """What a call signs with; a token that was made after a second factor says so, as a log-in does."""
    return Signature(
        "token",
        caller.user,
        {"client": caller.client, **({"method": SECOND_FACTOR} if caller.strong else {})},
    )


def readable_contract(endpoint: Endpoint, contract: UUID) -> Any:
    """The contract, if the caller is a party to it. Raises UnknownContract."""
    caller = endpoint.caller if endpoint.caller.person else endpoint.acting_as("clinician")
    for name, party in (
        ("person", caller.person),
        ("grantee", caller.user),
        ("grantee", caller.organisation),
    ):
        if party is not None:
            with suppress(UnknownContract), party_scope(party):
                return selectors.contract(contract, **{name: party})
    raise UnknownContract("There is no contract with that id that you may see.")
