"""`/api/v1/requests/`: a clinician asks, the patient declines (or grants a contract that answers it)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from consent import selectors, services
from ledger.scope import party_scope, tenant_scope
from portal.accounts import selectors as accounts
from portal.api import cursors
from portal.api.endpoint import Endpoint
from portal.api.shapes import requests as shapes
from portal.api.shapes.base import page_of
from portal.api.shapes.names import Names
from portal.api.shapes.problems import problems
from portal.api.views.lists import CURSOR, LIMIT, side

SIDE = OpenApiParameter(
    "side",
    OpenApiTypes.STR,
    enum=["received", "made"],
    description="Of me, or by me. If absent: of me if a patient.",
)


class Requests(Endpoint):
    scopes: ClassVar = {"GET": "requests", "POST": "requests"}

    @extend_schema(
        operation_id="requests_list",
        tags=["requests"],
        parameters=[SIDE, CURSOR, LIMIT],
        responses={200: page_of(shapes.Request), **problems(404)},
    )
    def get(self, request: Request) -> Response:
        """The requests for access to my record, or those that I made, newest first."""
        asked, names = cursors.window(request), Names()
        received = side(request, "received", "made", first=self.caller.person is not None)
        found = self._received() if received else self._made()

        def place(item: Any) -> tuple[datetime, UUID]:
            return item.made_at, item.id

        def shown(item: Any) -> dict[str, Any]:
            return shapes.request(item, names)

        return cursors.page_of_all(request, asked, found, place=place, shown=shown)

    @extend_schema(
        operation_id="requests_make",
        tags=["requests"],
        request=shapes.NewRequest,
        responses={201: shapes.Request, **problems(404, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """Ask a patient for access, as a clinician."""
        clinician = self.clinician()
        body = shapes.NewRequest(data=request.data)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        custodian, patient = accounts.organisation(asked.pop("custodian")), asked.pop("patient")
        with tenant_scope(custodian.id):
            made = services.request_access(
                person=accounts.person_registered(patient=patient),
                requester=clinician.user,
                organisation=clinician.organisation,
                **asked,
            )
        return Response(shapes.request(made, Names()), status=201)

    def _received(self) -> list[Any]:
        person = self.own_person()
        with party_scope(person):
            return selectors.requests_of_person(person, only_open=False)

    def _made(self) -> list[Any]:
        with party_scope(self.caller.user):
            return selectors.requests_by(self.caller.user)

    def shown_again(self, key: UUID) -> Response:
        return Response(shapes.request(_own_request(self, key), Names()))


class RequestDecline(Endpoint):
    scopes: ClassVar = {"POST": "requests"}

    @extend_schema(
        operation_id="requests_decline",
        tags=["requests"],
        request=None,
        responses={200: shapes.Request, **problems(404, 409, 413, 415)},
    )
    def post(self, request: Request, asked: UUID) -> Response:
        """Answer no. The clinician sees that; nothing else changes."""
        person = self.own_person()
        with party_scope(person):
            custodian = selectors.request(asked, person=person).tenant_id
        with tenant_scope(custodian):
            declined = services.decline_request(request=asked, actor=self.caller.user, person=person)
        return Response(shapes.request(declined, Names()))

    def shown_again(self, key: UUID) -> Response:
        return Response(shapes.request(_own_request(self, key), Names()))


def _own_request(endpoint: Endpoint, key: UUID) -> Any:
    """A request that the caller made, or that was made of them. Raises UnknownRequest."""
    caller = endpoint.caller
    with party_scope(caller.user):
        mine = [row for row in selectors.requests_by(caller.user) if row.id == key]
    if mine:
        return mine[0]
    person = endpoint.own_person()
    with party_scope(person):
        return selectors.request(key, person=person)
