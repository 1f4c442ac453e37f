"""`/api/v1/corrections/` and `/api/v1/cases/<tenant>/corrections/`: records that patients say are wrong."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.api.shapes import corrections as shapes
from portal.api.shapes.base import page_of
from portal.api.shapes.names import Names
from portal.api.shapes.problems import problems
from portal.api.views.cases import STATE, CaseDeskEndpoint, OwnCaseEndpoint
from portal.api.views.lists import CURSOR, LIMIT
from portal.cases import selectors, services
from portal.cases.models import Case, Kind


class OwnCorrectionEndpoint(OwnCaseEndpoint):
    kind = Kind.CORRECTION

    def said(self, found: Case) -> dict[str, Any]:
        return shapes.correction(found, selectors.written([found])[found.id], Names())

    def shown_again(self, key: UUID) -> Response:
        return Response(self.said(self.own_case(key)))


class Corrections(OwnCorrectionEndpoint):
    scopes: ClassVar = {"GET": "cases", "POST": "cases"}

    @extend_schema(
        operation_id="corrections_list",
        tags=["corrections"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(shapes.CorrectionLine), **problems(404)},
    )
    def get(self, request: Request) -> Response:
        """The corrections that I asked for, and how each stands, newest first."""
        names = Names()
        return self.own_page(request, lambda row: shapes.correction_line(row, names))

    @extend_schema(
        operation_id="corrections_request",
        tags=["corrections"],
        request=shapes.NewCorrection,
        responses={201: shapes.Correction, **problems(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """Say that a record of mine is wrong (45 CFR 164.526). While one about it waits, that one is shown."""
        self.own_person()
        body = shapes.NewCorrection(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        record_type, _, record_id = asked["record"].partition("/")
        made = services.correct_own_record(
            caller=self.caller,
            tenant=accounts.organisation(asked["custodian"]).id,
            record_type=record_type,
            record_id=record_id,
            words=asked["words"],
        )
        return Response(self.said(made), status=201)


class Correction(OwnCorrectionEndpoint):
    scopes: ClassVar = {"GET": "cases"}

    @extend_schema(
        operation_id="corrections_read",
        tags=["corrections"],
        responses={200: shapes.Correction, **problems(404)},
    )
    def get(self, request: Request, case: UUID) -> Response:
        """One correction with what was said on both sides. An answer counts as read by this."""
        return Response(self.said(self.opened(case)))


class CorrectionDisagree(OwnCorrectionEndpoint):
    scopes: ClassVar = {"POST": "cases"}

    @extend_schema(
        operation_id="corrections_disagree",
        tags=["corrections"],
        request=shapes.Disagreement,
        responses={200: shapes.Correction, **problems(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, case: UUID) -> Response:
        """Put a statement of disagreement beside a denial, once. It goes with the record (164.526(d)(5))."""
        found = self.own_case(case)
        body = shapes.Disagreement(data=request.data)
        body.is_valid(raise_exception=True)
        with tenant_scope(found.tenant_id):
            changed = services.disagree(
                case=case, person=found.person, actor=self.caller.user, words=body.validated_data["words"]
            )
        return Response(self.said(changed))


class CorrectionDeskEndpoint(CaseDeskEndpoint):
    kind = Kind.CORRECTION

    def said(self, place: UUID, case: UUID) -> Response:
        with tenant_scope(place):
            found = selectors.case(case, kind=self.kind)
            patients = accounts.registrations_of([found.person])
            written = selectors.written([found])[found.id]
        return Response(shapes.put_correction(found, written, patients))


class CorrectionDesk(CorrectionDeskEndpoint):
    scopes: ClassVar = {"GET": "cases.answer"}

    @extend_schema(
        operation_id="cases_corrections_list",
        tags=["corrections"],
        parameters=[STATE, CURSOR, LIMIT],
        responses={200: page_of(shapes.PutCorrectionLine), **problems(403, 404)},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """The corrections that patients asked this organisation for. For its privacy officers."""
        return self.queue(request, tenant, shapes.put_correction_line)


class CorrectionPut(CorrectionDeskEndpoint):
    scopes: ClassVar = {"GET": "cases.answer"}

    @extend_schema(
        operation_id="cases_corrections_read",
        tags=["corrections"],
        responses={200: shapes.PutCorrection, **problems(403, 404)},
    )
    def get(self, request: Request, tenant: str, case: UUID) -> Response:
        """One of them, with what the patient wrote. For privacy officers."""
        return self.said(self.desk(tenant), case)


class CorrectionStep(CorrectionDeskEndpoint):
    """What becomes of a correction; the patient reads the note."""

    def step(
        self, request: Request, case: UUID, service: Callable[..., Case], shape: type[shapes.Note]
    ) -> Response:
        place = self.desk(self.kwargs["tenant"])
        body = shape(data=request.data)
        body.is_valid(raise_exception=True)
        with tenant_scope(place):
            service(case=case, reviewer=self.caller.user, **body.validated_data)
        return self.said(place, case)

    def shown_again(self, key: UUID) -> Response:
        return self.said(self.desk(self.kwargs["tenant"]), key)


class CorrectionAccept(CorrectionStep):
    scopes: ClassVar = {"POST": "cases.answer"}

    @extend_schema(
        operation_id="cases_corrections_accept",
        tags=["corrections"],
        request=shapes.Note,
        responses={200: shapes.PutCorrection, **problems(403, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, tenant: str, case: UUID) -> Response:
        """Agree: the record is corrected. The note says to the patient what was or will be changed."""
        return self.step(request, case, services.accept_correction, shapes.Note)


class CorrectionDeny(CorrectionStep):
    scopes: ClassVar = {"POST": "cases.answer"}

    @extend_schema(
        operation_id="cases_corrections_deny",
        tags=["corrections"],
        request=shapes.Denial,
        responses={200: shapes.PutCorrection, **problems(403, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, tenant: str, case: UUID) -> Response:
        """Deny, on one of the grounds of the law, saying why. The patient may disagree in a statement."""
        return self.step(request, case, services.deny_correction, shapes.Denial)


class CorrectionExtend(CorrectionStep):
    scopes: ClassVar = {"POST": "cases.answer"}

    @extend_schema(
        operation_id="cases_corrections_extend",
        tags=["corrections"],
        request=shapes.Note,
        responses={200: shapes.PutCorrection, **problems(403, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, tenant: str, case: UUID) -> Response:
        """Take thirty days more, once, saying why (45 CFR 164.526(b)(2)(ii))."""
        return self.step(request, case, services.extend_correction, shapes.Note)
