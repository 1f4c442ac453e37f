"""`GET /api/v1/me/`"""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts import selectors
from portal.api.endpoint import Endpoint
from portal.api.shapes.identity import Me
from portal.api.shapes.problems import problems


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
