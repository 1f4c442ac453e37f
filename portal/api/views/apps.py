"""`/api/v1/apps/`: the applications that I connected; taking back one permission, or all."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api import cursors
from portal.api.endpoint import Endpoint
from portal.api.shapes import apps as shapes
from portal.api.shapes.base import page_of
from portal.api.shapes.problems import problems
from portal.api.views.lists import CURSOR, LIMIT
from portal.smart import services
from portal.smart.models import Connection


class Apps(Endpoint):
    scopes: ClassVar = {"GET": "contracts.read"}

    @extend_schema(
        operation_id="apps_list",
        tags=["apps"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(shapes.App), **problems(404)},
    )
    def get(self, request: Request) -> Response:
        """The applications that I connected and that still are, newest first."""

        def place(item: Connection) -> tuple[datetime, UUID]:
            return item.since, item.id

        found = services.connections_of(self.caller.user)
        return cursors.page_of_all(request, cursors.window(request), found, place=place, shown=shapes.app)


class AppTakeBack(Endpoint):
    scopes: ClassVar = {"POST": "contracts.revoke"}

    @extend_schema(
        operation_id="apps_take_back",
        tags=["apps"],
        request=shapes.TakenBack,
        responses={204: None, **problems(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, connection: UUID) -> Response:
        """Take one permission back. With the last one over records the connection ends."""
        body = shapes.TakenBack(data=request.data)
        body.is_valid(raise_exception=True)
        services.take_back(
            connection=connection, scope=body.validated_data["scope"], account=self.caller.user
        )
        return Response(status=204)


class AppEnd(Endpoint):
    scopes: ClassVar = {"POST": "contracts.revoke"}

    @extend_schema(
        operation_id="apps_end",
        tags=["apps"],
        request=None,
        responses={204: None, **problems(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, connection: UUID) -> Response:
        """End a connection with its contract and all of its tokens."""
        services.disconnect(connection=connection, account=self.caller.user)
        return Response(status=204)
