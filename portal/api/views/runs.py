"""`/api/v1/ledger/<tenant>/verifications/` and `.../replays/`: long work on a log, for its auditors."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from portal.accounts import selectors as accounts
from portal.api import cursors
from portal.api.endpoint import Endpoint
from portal.api.shapes import runs as shapes
from portal.api.shapes.base import page_of
from portal.api.shapes.problems import problems
from portal.api.views.lists import CURSOR, LIMIT
from portal.inspections import services as inspections
from portal.inspections.services import Replay as FoundReplay
from portal.inspections.services import Run
from portal.inspections.services import Verification as FoundVerification

LOCATION = OpenApiParameter(
    "Location",
    OpenApiTypes.URI,
    OpenApiParameter.HEADER,
    response=[202],
    description="Where to ask how far it is.",
)


class RunEndpoint(Endpoint):
    """`shown` makes the JSON of a run of `kind`; `one` is the name of its address."""

    kind: ClassVar[type[FoundVerification] | type[FoundReplay]]
    one: ClassVar[str]

    def shown(self, run: Run) -> dict[str, object]:
        raise NotImplementedError

    def started(self, tenant: str) -> Response:
        place = accounts.organisation(tenant)
        run = inspections.start(self.kind, caller=self.acting_as("auditor"), tenant=place.id)
        return self._accepted(tenant, run)

    def found(self, tenant: str, run: UUID) -> Run:
        place = accounts.organisation(tenant)
        return inspections.run_of(self.kind, caller=self.acting_as("auditor"), tenant=place.id, run=run)

    def listed(self, request: Request, tenant: str) -> Response:
        asked, place = cursors.window(request), accounts.organisation(tenant)
        found = inspections.runs_of(self.kind, caller=self.acting_as("auditor"), tenant=place.id)
        return cursors.page_of_all(
            request, asked, found, place=lambda run: (run.asked, run.id), shown=self.shown
        )

    def shown_again(self, key: UUID) -> Response:
        tenant = str(self.kwargs["tenant"])
        return self._accepted(tenant, self.found(tenant, key))

    def _accepted(self, tenant: str, run: Run) -> Response:
        there = reverse(f"api:{self.one}", args=[tenant, run.id], request=self.request)
        return Response(self.shown(run), status=202, headers={"Location": there})


class Verifying(RunEndpoint):
    kind, one = FoundVerification, "ledger-verification"

    def shown(self, run: Run) -> dict[str, object]:
        return shapes.verification(run)


class Verifications(Verifying):
    scopes: ClassVar = {"GET": "audit", "POST": "audit"}

    @extend_schema(
        operation_id="ledger_verifications",
        tags=["ledger"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(shapes.Verification), **problems(404)},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """The verifications that this organisation's auditors asked for, newest first."""
        return self.listed(request, tenant)

    @extend_schema(
        operation_id="ledger_verify",
        tags=["ledger"],
        request=None,
        parameters=[LOCATION],
        responses={202: shapes.Verification, **problems(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """Recompute the whole log: chain, tree, signatures, bodies, records. For its auditors.

        One runs at a time: where one does already, it is that one.
        """
        return self.started(tenant)


class Verification(Verifying):
    scopes: ClassVar = {"GET": "audit"}

    @extend_schema(
        operation_id="ledger_verification",
        tags=["ledger"],
        responses={200: shapes.Verification, **problems(404)},
    )
    def get(self, request: Request, tenant: str, run: UUID) -> Response:
        """How far a verification is, and where the log breaks first. One whose worker was lost is taken up again."""
        return Response(self.shown(self.found(tenant, run)))


class Replaying(RunEndpoint):
    kind, one = FoundReplay, "ledger-replay"

    def shown(self, run: Run) -> dict[str, object]:
        return shapes.replay(run)  # type: ignore[arg-type]


class Replays(Replaying):
    scopes: ClassVar = {"GET": "audit", "POST": "audit"}

    @extend_schema(
        operation_id="ledger_replays",
        tags=["ledger"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(shapes.Replay), **problems(404)},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """The replays that this organisation's auditors asked for, newest first."""
        return self.listed(request, tenant)

    @extend_schema(
        operation_id="ledger_replay_start",
        tags=["ledger"],
        request=None,
        parameters=[LOCATION],
        responses={202: shapes.Replay, **problems(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """Decide every access again, from the log alone. For its auditors.

        One runs at a time: where one does already, it is that one.
        """
        return self.started(tenant)


class Replay(Replaying):
    scopes: ClassVar = {"GET": "audit"}

    @extend_schema(
        operation_id="ledger_replay",
        tags=["ledger"],
        responses={200: shapes.Replay, **problems(404)},
    )
    def get(self, request: Request, tenant: str, run: UUID) -> Response:
        """How far a replay is, and which decisions do not come out the same. One whose worker was lost goes on."""
        return Response(self.shown(self.found(tenant, run)))
