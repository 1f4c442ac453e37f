"""`/api/v1/disclosures/<tenant>/<patient>/`: the accounting of disclosures of a person."""

from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.api.endpoint import Endpoint
from portal.api.parameters import instant, one_of
from portal.api.shapes import disclosures as shapes
from portal.api.shapes.problems import problems
from portal.disclosures.services import account_for

SINCE = OpenApiParameter(
    "since", OpenApiTypes.DATETIME, description="From this instant on; six years ago if left out."
)
UNTIL = OpenApiParameter("until", OpenApiTypes.DATETIME, description="Before this instant; now if left out.")
WHOLE = OpenApiParameter(
    "whole",
    OpenApiTypes.STR,
    enum=["false", "true"],
    description="Whether what 45 CFR 164.528(a)(1) leaves out is listed too, each with its ground.",
)


class Disclosures(Endpoint):
    scopes: ClassVar = {"GET": "audit"}

    @extend_schema(
        operation_id="disclosures",
        tags=["ledger"],
        parameters=[SINCE, UNTIL, WHOLE],
        responses={200: shapes.Accounting, **problems(404)},
    )
    def get(self, request: Request, tenant: str, patient: str) -> Response:
        """To whom the records of a patient (FHIR id) of this organisation were given (45 CFR 164.528).

        For its auditors and privacy officers. That it was made stands in the patient's history.
        """
        organisation = accounts.organisation(tenant)
        caller = self.acting_as("auditor")
        if caller.organisation is None:
            caller = self.acting_as("privacy_officer")
        since, until = instant(request, "since"), instant(request, "until")
        whole = one_of(request, "whole", ("false", "true")) == "true"
        with tenant_scope(organisation.id):
            person = accounts.registration(patient=patient).person_id
        made = account_for(
            caller=caller, tenant=organisation.id, person=person, since=since, until=until, whole=whole
        )
        return Response(shapes.accounting(made))
