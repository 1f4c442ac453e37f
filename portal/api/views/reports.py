"""`/api/v1/reports/`: what came of it, where a contract asks whoever uses it to report back."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from consent import services
from ledger.scope import tenant_scope
from ledger.selectors import Entry
from portal.accounts import selectors as accounts
from portal.api import cursors
from portal.api.endpoint import Endpoint
from portal.api.shapes import reports as shapes
from portal.api.shapes.base import page_of
from portal.api.shapes.problems import problems
from portal.api.views.lists import CURSOR, LIMIT


class Reports(Endpoint):
    scopes: ClassVar = {"GET": "reports", "POST": "reports"}

    @extend_schema(
        operation_id="reports_list",
        tags=["reports"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(shapes.Report), **problems(404)},
    )
    def get(self, request: Request) -> Response:
        """What was reported back to me under my contracts, newest first."""
        found: list[tuple[str, Entry]] = []
        for where in accounts.registrations(self.own_person()):
            with tenant_scope(where.tenant_id):
                made = services.reports_to(where.person_id)
            found += [(where.tenant.slug, entry) for entry in made]
        return cursors.page_of_all(
            request,
            cursors.window(request),
            found,
            place=lambda each: (each[1].time, each[1].id),
            shown=_shown,
        )

    @extend_schema(
        operation_id="reports_make",
        tags=["reports"],
        request=shapes.NewReport,
        responses={204: None, **problems(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """Report back to a patient, as a clinician, under each of her contracts there that asks me for it."""
        clinician = self.clinician()
        body = shapes.NewReport(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        with tenant_scope(accounts.organisation(said["custodian"]).id):
            services.report_back(
                person=_person(said["patient"]),
                actor=clinician.user,
                organisation=clinician.organisation,
                outcome=said["outcome"],
            )
        return Response(status=204)


def _person(patient: str) -> UUID | None:
    """Whose FHIR Patient that is; None is nobody, and nobody's contract asks for anything: the answer is the same."""
    return accounts.persons_of([patient]).get(patient)


def _shown(found: tuple[str, Entry]) -> dict[str, Any]:
    custodian, entry = found
    return shapes.report(entry, custodian)
