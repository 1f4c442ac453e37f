"""`GET /api/v1/me/`"""

from tempfile import TemporaryFile
from typing import Any, ClassVar

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts import selectors
from portal.api.endpoint import Endpoint
from portal.api.errors import NotAPatient
from portal.api.shapes.identity import Me
from portal.api.shapes.problems import problems
from portal.copying.archive import FORM, NAME, write_copy


class MeView(Endpoint):
    scopes: ClassVar = {"GET": "profile"}

    @extend_schema(operation_id="me", tags=["me"], responses={200: Me, **problems()})
    def get(self, request: Request) -> Response:
        """Who I am: the patient that this account is, and where it is a member."""
        caller = self.caller
        person = caller.person and {
            "id": str(caller.person),
            "registrations": [
                {"tenant": item.tenant.slug, "mrn": item.mrn, "patient": item.patient}
                for item in selectors.registrations(caller.person)
            ],
        }
        members = selectors.memberships(caller.user)
        return Response(
            {
                "id": str(caller.user),
                "email": selectors.user(caller.user).email,
                "name": caller.name,
                "person": person,
                "memberships": [{"tenant": item.tenant.slug, "role": item.role} for item in members],
                "scopes": sorted(caller.scopes or ()),
            }
        )


class MyCopy(Endpoint):
    scopes: ClassVar = {"GET": "records.read"}

    @extend_schema(
        operation_id="copy", tags=["me"], responses={(200, FORM): OpenApiTypes.BINARY, **problems(403)}
    )
    def get(self, request: Request) -> Any:
        """My whole record at every organisation as a ZIP: FHIR, PDF, documents; with accesses.read its evidence."""
        if self.caller.person is None:
            raise NotAPatient("This account is not linked to a patient, so there is no record to copy.")
        out = TemporaryFile()  # noqa: SIM115 - the response closes it
        write_copy(out, caller=self.caller, registrations=selectors.registrations(self.caller.person))
        out.seek(0)
        return FileResponse(out, as_attachment=True, filename=NAME, content_type=FORM)
