"""`/api/v1/disclosures/<tenant>/<patient>/`: the accounting of disclosures of a person, and as CSV and PDF below it."""

from typing import ClassVar

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.errors import UnknownPerson
from portal.api.endpoint import Endpoint
from portal.api.parameters import instant, one_of
from portal.api.shapes import disclosures as shapes
from portal.api.shapes.problems import problems
from portal.disclosures.papers import FORMATS, as_file
from portal.disclosures.services import Accounting, account_for, require_maker

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


FORM = OpenApiParameter(
    "form", OpenApiTypes.STR, OpenApiParameter.PATH, enum=list(FORMATS), description="Of the file."
)


class AccountingEndpoint(Endpoint):
    def made(self, request: Request, tenant: str, patient: str) -> Accounting:
        organisation = accounts.organisation(tenant)
        caller = self.acting_as("auditor")
        if caller.organisation is None:
            caller = self.acting_as("privacy_officer")
        since, until = instant(request, "since"), instant(request, "until")
        whole = one_of(request, "whole", ("false", "true")) == "true"
        try:
            with tenant_scope(organisation.id):
                person = accounts.registration(patient=patient).person_id
        except UnknownPerson:
            require_maker(caller, organisation.id)  # nobody else learns who is a patient there
            raise
        return account_for(
            caller=caller, tenant=organisation.id, person=person, since=since, until=until, whole=whole
        )


class Disclosures(AccountingEndpoint):
    scopes: ClassVar = {"GET": "audit"}

    @extend_schema(
        operation_id="disclosures",
        tags=["ledger"],
        parameters=[SINCE, UNTIL, WHOLE],
        responses={200: shapes.Accounting, **problems(404)},
    )
    def get(self, request: Request, tenant: str, patient: str) -> Response:
        """To whom the records of a patient (FHIR id) of this organisation were given (45 CFR 164.528).

        For its auditors and privacy officers, and for herself. That it was made stands in her chain.
        """
        return Response(shapes.accounting(self.made(request, tenant, patient)))


class DisclosuresFile(AccountingEndpoint):
    scopes: ClassVar = {"GET": "audit"}

    @extend_schema(
        operation_id="disclosures_file",
        tags=["ledger"],
        parameters=[FORM, SINCE, UNTIL, WHOLE],
        responses={
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/pdf"): OpenApiTypes.BINARY,
            **problems(404),
        },
    )
    def get(self, request: Request, tenant: str, patient: str, form: str) -> HttpResponse:
        """The same as a file: CSV for programs, PDF for people."""
        if form not in FORMATS:
            raise Http404
        content = as_file(self.made(request, tenant, patient), form)
        attached = f'attachment; filename="disclosures.{form}"'
        return HttpResponse(content, content_type=FORMATS[form], headers={"Content-Disposition": attached})
