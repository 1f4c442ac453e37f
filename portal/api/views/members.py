"""`/api/v1/members/<tenant>/`: who works at an organisation, in which roles."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts import services
from portal.api.officers import OfficerEndpoint
from portal.api.shapes import members as shapes
from portal.api.shapes.problems import problems


class Members(OfficerEndpoint):
    scopes: ClassVar = {"GET": "members"}

    @extend_schema(
        operation_id="members_list",
        tags=["members"],
        responses={200: shapes.Members, **problems(403, 404)},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """The staff, each once, by name. For administrators and privacy officers."""
        place = self.organisation(tenant)
        with tenant_scope(place.id):
            return Response(shapes.members(accounts.members()))


class MemberRemove(OfficerEndpoint):
    scopes: ClassVar = {"POST": "members"}
    keeps_attempts = False  # who is removed already is not there

    @extend_schema(
        operation_id="members_remove",
        tags=["members"],
        request=None,
        responses={204: None, **problems(403, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, tenant: str, member: UUID) -> Response:
        """Take every role there from somebody; the next call is refused. For administrators; the ledger tells it."""
        place = self.organisation(tenant, "administrator")
        services.remove_member(tenant=place.id, user=member, actor=self.caller.user)
        return Response(status=204)
