"""`/api/v1/ledger/<tenant>/patterns/`: what stands out in an organisation's log."""

from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.models import Organisation, Role
from portal.api.endpoint import Endpoint
from portal.api.officers import OfficerEndpoint
from portal.api.parameters import one_of
from portal.api.shapes import patterns as shapes
from portal.api.shapes.problems import problems
from portal.patterns.services import DAYS
from portal.patterns.services import patterns as look
from portal.patterns.thresholds import Thresholds, set_thresholds, thresholds

LOOKERS = (Role.AUDITOR, Role.PRIVACY_OFFICER)
SPANS = ("30", *(str(days) for days in DAYS if days != 30))
SPAN = OpenApiParameter(
    "days", OpenApiTypes.STR, enum=list(SPANS), description="How far back is looked; 30 if left out."
)


class Patterns(Endpoint):
    scopes: ClassVar = {"GET": "audit"}

    @extend_schema(
        operation_id="ledger_patterns",
        tags=["ledger"],
        parameters=[SPAN],
        responses={200: shapes.Patterns, **problems(404)},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """Patterns worth a look: many patients in an hour or a night, own record, same surname, former patient.

        For auditors and privacy officers. No record is opened; that it was looked at stands in the log.
        """
        organisation = accounts.organisation(tenant)
        caller = self.acting_as("auditor")
        if caller.organisation is None:
            caller = self.acting_as("privacy_officer")
        days = int(one_of(request, "days", SPANS))
        return Response(shapes.patterns(look(caller=caller, tenant=organisation.id, days=days)))


class PatternThresholds(OfficerEndpoint):
    scopes: ClassVar = {"GET": "audit", "POST": "policies"}
    keeps_attempts = False  # the same thresholds again change nothing

    @extend_schema(
        operation_id="ledger_thresholds",
        tags=["ledger"],
        responses={200: shapes.PatternThresholds, **problems(403, 404)},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """From when on something is worth a look here. For auditors and privacy officers."""
        return self._said(self.organisation(tenant, *LOOKERS))

    @extend_schema(
        operation_id="ledger_set_thresholds",
        tags=["ledger"],
        request=shapes.NewThresholds,
        responses={200: shapes.PatternThresholds, **problems(403, 404, 413, 415, 422)},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """Put thresholds in force; the change stands in the log. For privacy officers, who are not measured by them."""
        place = self.organisation(tenant, Role.PRIVACY_OFFICER)
        body = shapes.NewThresholds(data=request.data)
        body.is_valid(raise_exception=True)
        chosen = Thresholds(**body.validated_data)
        set_thresholds(caller=self.acting_as(Role.PRIVACY_OFFICER), tenant=place.id, chosen=chosen)
        return self._said(place)

    def _said(self, place: Organisation) -> Response:
        with tenant_scope(place.id):
            return Response(shapes.pattern_thresholds(thresholds()))
