"""`/api/v1/members/<tenant>/`: who works at an organisation, in which roles."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.scope import tenant_scope
from portal.accounts import invitations, services
from portal.accounts import selectors as accounts
from portal.accounts.models import Membership, Organisation
from portal.api.officers import OfficerEndpoint
from portal.api.shapes import members as shapes
from portal.api.shapes.problems import problems


class Members(OfficerEndpoint):
    scopes: ClassVar = {"GET": "members", "POST": "members"}

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

    @extend_schema(
        operation_id="members_add",
        tags=["members"],
        request=shapes.NewMember,
        responses={201: shapes.Appointed, **problems(403, 404, 413, 415, 422)},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """Give a role to an address: at once if it has an account, else by a letter with a link. For administrators.

        The token must be as strong as the page asks its reader to be: made with the second factor of whoever has one.
        """
        place = self.organisation(tenant, "administrator")
        body = shapes.NewMember(data=request.data)
        body.is_valid(raise_exception=True)
        made = invitations.appoint(
            tenant=place, actor=self.caller.user, site=request.build_absolute_uri("/"), **body.validated_data
        )
        return self._said(place, made.user_id if isinstance(made, Membership) else made.id)

    def _said(self, place: Organisation, key: UUID) -> Response:
        """What became of it: the account with that id, or the invitation."""
        with tenant_scope(place.id):
            held = accounts.roles_here(key)
            shown = shapes.appointed(held=held, invited=None if held else invitations.invitation(key))
        return Response(shown, status=201)

    def shown_again(self, key: UUID) -> Response:
        return self._said(self.organisation(self.kwargs["tenant"], "administrator"), key)


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


class MemberRoles(OfficerEndpoint):
    scopes: ClassVar = {"POST": "members"}
    keeps_attempts = False  # the same roles again change nothing

    @extend_schema(
        operation_id="members_set_roles",
        tags=["members"],
        request=shapes.NewRoles,
        responses={200: shapes.Member, **problems(403, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, tenant: str, member: UUID) -> Response:
        """Let somebody have these roles there and no others. For administrators, never for their own roles.

        The token must be as strong as for giving a role; each change is an entry of the ledger.
        """
        place = self.organisation(tenant, "administrator")
        body = shapes.NewRoles(data=request.data)
        body.is_valid(raise_exception=True)
        services.set_roles(
            tenant=place.id, user=member, roles=body.validated_data["roles"], actor=self.caller.user
        )
        with tenant_scope(place.id):
            return Response(shapes.member(accounts.roles_here(member)))
