"""`/api/v1/share-codes/`: show my record to somebody without an account. Whoever holds the code asks in a browser."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api import cursors
from portal.api.endpoint import Endpoint
from portal.api.shapes import share_codes as shapes
from portal.api.shapes.base import page_of
from portal.api.shapes.problems import problems
from portal.api.views.contracts import token_signature
from portal.api.views.lists import CURSOR, LIMIT
from portal.records.services import Shared, end_shared, let_in, offer_code, one_shared, shared_by_code


class ShareCodes(Endpoint):
    scopes: ClassVar = {"GET": "contracts.read", "POST": "sign"}

    @extend_schema(
        operation_id="share_codes_list",
        tags=["share-codes"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(shapes.ShareCode), **problems(404)},
    )
    def get(self, request: Request) -> Response:
        """My codes that somebody could use or uses, newest first, without the codes themselves."""

        def place(item: Shared) -> tuple[datetime, UUID]:
            return item.since, item.id

        self.own_person()
        found = shared_by_code(caller=self.caller)
        return cursors.page_of_all(
            request, cursors.window(request), found, place=place, shown=shapes.share_code
        )

    @extend_schema(
        operation_id="share_codes_offer",
        tags=["share-codes"],
        request=shapes.Offer,
        responses={201: shapes.NewShareCode, **problems(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """Make a code, good once and for ten minutes; one that still waits ends by it. It opens nothing by itself."""
        self.own_person()
        body = shapes.Offer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        made, code = offer_code(caller=self.caller, slug=given["custodian"], categories=given["categories"])
        return Response({**shapes.share_code(made), "code": code}, status=201)

    def shown_again(self, key: UUID) -> Response:
        return Response({**shapes.share_code(one_shared(caller=self.caller, share=key)), "code": None})


class ShareCodeStep(Endpoint):
    """What becomes of one of my codes."""

    def shown_again(self, key: UUID) -> Response:
        return Response(shapes.share_code(one_shared(caller=self.caller, share=key)))


class ShareCodeAdmit(ShareCodeStep):
    scopes: ClassVar = {"POST": "sign"}

    @extend_schema(
        operation_id="share_codes_admit",
        tags=["share-codes"],
        request=None,
        responses={200: shapes.ShareCode, **problems(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, share: UUID) -> Response:
        """Let in who waits, by a contract for an hour that this call signs. `viewer` is what they typed."""
        self.own_person()
        done = let_in(caller=self.caller, share=share, signature=token_signature(self.caller))
        return Response(shapes.share_code(done))


class ShareCodeEnd(ShareCodeStep):
    scopes: ClassVar = {"POST": "contracts.revoke"}

    @extend_schema(
        operation_id="share_codes_end",
        tags=["share-codes"],
        request=None,
        responses={200: shapes.ShareCode, **problems(404, 409, 413, 415)},
    )
    def post(self, request: Request, share: UUID) -> Response:
        """End a code and what it opened, at once. A second time changes nothing."""
        self.own_person()
        return Response(shapes.share_code(end_shared(caller=self.caller, share=share)))
