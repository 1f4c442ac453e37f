"""`/api/v1/members/<tenant>/invitations/`: who was asked to work at an organisation and has not come yet."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.scope import tenant_scope
from portal.accounts import invitations, withdrawing
from portal.accounts import selectors as accounts
from portal.accounts.callers import must_show_all
from portal.accounts.errors import NotInvited
from portal.accounts.models import Invitation, User
from portal.api import cursors
from portal.api.endpoint import Endpoint
from portal.api.officers import OfficerEndpoint
from portal.api.shapes import members as shapes
from portal.api.shapes.base import page_of
from portal.api.shapes.problems import problems
from portal.api.views.lists import CURSOR, LIMIT


class Invitations(OfficerEndpoint):
    scopes: ClassVar = {"GET": "members"}

    @extend_schema(
        operation_id="invitations_list",
        tags=["members"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(shapes.Invitation), **problems(403, 404)},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """The invitations that wait to be taken up, newest first. For administrators; `POST` to members invites."""

        def place(item: Invitation) -> tuple[datetime, UUID]:
            return item.made, item.id

        with tenant_scope(self.organisation(tenant, "administrator").id):
            waiting = invitations.waiting()
        return cursors.page_of_all(
            request, cursors.window(request), waiting, place=place, shown=shapes.invitation
        )


class InvitationTakeUp(Endpoint):
    scopes: ClassVar = {"POST": "members"}

    @extend_schema(
        operation_id="invitations_take_up",
        tags=["members"],
        request=shapes.TakeUp,
        responses={200: shapes.Invitation, **problems(403, 404, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """Take up the role that a letter offers, with the account of the address that it was written to.

        The code is sent in the body, so that it stands in no address and no log. It is good once. Whoever has a second
        factor, or is to work where everybody needs one, sends a token that was made with it.
        """
        given = self._given(request)
        place = accounts.organisation(given["organisation"])
        owner = self.request.user
        if not isinstance(owner, User):
            raise NotInvited("An application takes up no role. Send a token of the invited account.")
        must_show_all(self.caller, place)  # as for all that the role will open
        made = invitations.accept(tenant=place.id, token=given["code"], user=owner)
        return Response(shapes.invitation(made))

    def _given(self, request: Request) -> dict[str, str]:
        body = shapes.TakeUp(data=request.data)
        body.is_valid(raise_exception=True)
        return body.validated_data  # type: ignore[no-any-return]

    def shown_again(self, key: UUID) -> Response:
        place = accounts.organisation(self._given(self.request)["organisation"])
        with tenant_scope(place.id):
            return Response(shapes.invitation(invitations.invitation(key)))


class InvitationWithdraw(OfficerEndpoint):
    scopes: ClassVar = {"POST": "members"}
    keeps_attempts = False  # what is withdrawn already is not there

    @extend_schema(
        operation_id="invitations_withdraw",
        tags=["members"],
        request=None,
        responses={204: None, **problems(403, 404, 413, 415)},
    )
    def post(self, request: Request, tenant: str, invitation: UUID) -> Response:
        """End an invitation that nobody has taken up: its link opens nothing any more. For administrators."""
        with tenant_scope(self.organisation(tenant, "administrator").id):
            withdrawing.withdraw(invitation=invitation, actor=self.caller.user)
        return Response(status=204)
