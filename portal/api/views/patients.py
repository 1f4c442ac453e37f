"""`/api/v1/patients/find/` and `/api/v1/worklist/`: who is sitting there, and whom a clinician cares for."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts import selectors as accounts
from portal.api import cursors
from portal.api.endpoint import Endpoint
from portal.api.shapes import patients as shapes
from portal.api.shapes.base import page_of
from portal.api.shapes.names import Names
from portal.api.shapes.problems import problems
from portal.api.views.lists import CURSOR, LIMIT
from portal.records.services import find_patient, related, shared_until


class PatientsFind(Endpoint):
    scopes: ClassVar = {"POST": "records.read"}
    keeps_attempts = False  # nothing is changed; whoever looks again has looked twice

    @extend_schema(
        operation_id="patients_find",
        tags=["patients"],
        request=shapes.WhoIsIt,
        responses={200: shapes.FoundPatients, **problems(404, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """Who is the patient? For clinicians; the question is posted, so that no name stands in an address.

        Whoever is found is told by an entry of the ledger. More than a few are never shown.
        """
        clinician = self.clinician()
        body = shapes.WhoIsIt(data=request.data)
        body.is_valid(raise_exception=True)
        asked = {name: str(value) for name, value in body.validated_data.items()}
        custodian = accounts.organisation(asked.pop("custodian")).id
        found = find_patient(caller=clinician, tenant=custodian, **asked)
        until = shared_until(caller=clinician, tenant=custodian) if found else {}
        return Response(shapes.found_patients(found, until))


class Worklist(Endpoint):
    scopes: ClassVar = {"GET": "records.read"}

    @extend_schema(
        operation_id="worklist",
        tags=["patients"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(shapes.Work), **problems(404)},
    )
    def get(self, request: Request) -> Response:
        """Who shares with me as a clinician, what I asked for lately, and my emergencies that run; newest first.

        Each patient stands here once for each organisation whose records they share. All requests: `requests/`.
        """

        def place(item: tuple[datetime, UUID, dict[str, Any]]) -> tuple[datetime, UUID]:
            return item[:2]

        found = list(shapes.work(related(caller=self.clinician()), Names()))
        return cursors.page_of_all(
            request, cursors.window(request), found, place=place, shown=lambda item: item[2]
        )
