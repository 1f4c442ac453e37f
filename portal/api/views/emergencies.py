"""`/api/v1/emergency-access/`: break the glass, look at it, end it."""

from contextlib import suppress
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from consent import selectors, services
from consent.errors import UnknownEmergency
from ledger.scope import party_scope, tenant_scope
from portal.accounts import selectors as accounts
from portal.api.endpoint import Endpoint
from portal.api.shapes import emergencies as shapes
from portal.api.shapes.names import Names
from portal.api.shapes.problems import problems


class EmergencyAccess(Endpoint):
    scopes: ClassVar = {"POST": "emergency"}

    @extend_schema(
        operation_id="emergency_open",
        tags=["emergency access"],
        request=shapes.NewEmergency,
        responses={201: shapes.Emergency, **problems(404, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """Override a patient's choices in an emergency, for four hours. The patient is told now."""
        clinician = self.clinician()
        body = shapes.NewEmergency(data=request.data)
        body.is_valid(raise_exception=True)
        why = body.validated_data
        with tenant_scope(accounts.organisation(why["custodian"]).id):
            opened = services.open_emergency(
                person=accounts.person_registered(patient=why["patient"]),
                actor=clinician.user,
                organisation=clinician.organisation,  # type: ignore[arg-type]
                role=clinician.role,
                strong=clinician.strong,
                reason_code=why["reason_code"],
                reason=why["reason"],
            )
        return Response(shapes.emergency(opened, Names()), status=201)

    def shown_again(self, key: UUID) -> Response:
        return Response(shapes.emergency(_readable(self, key), Names()))


class Emergency(Endpoint):
    scopes: ClassVar = {"GET": "emergency"}

    @extend_schema(
        operation_id="emergency_read",
        tags=["emergency access"],
        responses={200: shapes.Emergency, **problems(404)},
    )
    def get(self, request: Request, session: UUID) -> Response:
        """One emergency session that I opened, or that was opened on my record."""
        return Response(shapes.emergency(_readable(self, session), Names()))


class EmergencyEnd(Endpoint):
    scopes: ClassVar = {"POST": "emergency"}

    @extend_schema(
        operation_id="emergency_end",
        tags=["emergency access"],
        request=None,
        responses={200: shapes.Emergency, **problems(404, 409, 413, 415)},
    )
    def post(self, request: Request, session: UUID) -> Response:
        """End my own emergency access before its time."""
        with party_scope(self.caller.user):
            custodian = selectors.emergency_session(session).tenant_id
        with tenant_scope(custodian):
            ended = services.end_emergency(session=session, actor=self.caller.user)
        return Response(shapes.emergency(ended, Names()))

    def shown_again(self, key: UUID) -> Response:
        return Response(shapes.emergency(_readable(self, key), Names()))


def _readable(endpoint: Endpoint, session: UUID) -> Any:
    for party in filter(None, (endpoint.caller.user, endpoint.caller.person)):
        with suppress(UnknownEmergency), party_scope(party):
            return selectors.emergency_session(session)
    raise UnknownEmergency("There is no emergency session with that id that you may see.")
