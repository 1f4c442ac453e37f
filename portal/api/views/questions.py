"""`/api/v1/questions/` and `/api/v1/cases/<tenant>/questions/`: accesses that patients do not recognise."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.api.shapes import questions as shapes
from portal.api.shapes.base import page_of
from portal.api.shapes.names import Names
from portal.api.shapes.problems import problems
from portal.api.views.cases import STATE, CaseDeskEndpoint, OwnCaseEndpoint
from portal.api.views.lists import CURSOR, LIMIT
from portal.cases import selectors, services
from portal.cases.accesses import access_asked_about
from portal.cases.models import Case, Kind


class OwnQuestionEndpoint(OwnCaseEndpoint):
    kind = Kind.QUESTION

    def said(self, found: Case) -> dict[str, Any]:
        return shapes.question(found, selectors.written([found])[found.id], Names())


class Questions(OwnQuestionEndpoint):
    scopes: ClassVar = {"GET": "cases", "POST": "cases"}

    @extend_schema(
        operation_id="questions_list",
        tags=["questions"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(shapes.QuestionLine), **problems(404)},
    )
    def get(self, request: Request) -> Response:
        """My questions about accesses, and how each stands, newest first."""
        names = Names()
        return self.own_page(request, lambda row: shapes.question_line(row, names))

    @extend_schema(
        operation_id="questions_ask",
        tags=["questions"],
        request=shapes.NewQuestion,
        responses={201: shapes.Question, **problems(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """Ask about an access to my record by somebody else. The same access again is the same question."""
        person = self.own_person()
        body = shapes.NewQuestion(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        with tenant_scope(accounts.organisation(asked["custodian"]).id):
            made = services.ask_about_access(
                person=person, actor=self.caller.user, entry=asked["entry"], words=asked["words"]
            )
        return Response(self.said(made), status=201)

    def shown_again(self, key: UUID) -> Response:
        return Response(self.said(self.own_case(key)))


class Question(OwnQuestionEndpoint):
    scopes: ClassVar = {"GET": "cases"}

    @extend_schema(
        operation_id="questions_read",
        tags=["questions"],
        responses={200: shapes.Question, **problems(404)},
    )
    def get(self, request: Request, case: UUID) -> Response:
        """One question with what was said on both sides. An answer counts as read by this."""
        return Response(self.said(self.opened(case)))


class QuestionDeskEndpoint(CaseDeskEndpoint):
    kind = Kind.QUESTION

    def said(self, place: UUID, case: UUID) -> Response:
        with tenant_scope(place):
            found = selectors.case(case, kind=self.kind)
            access = access_asked_about(found)
            assert access is not None  # noqa: S101 - a constraint of the table: a question is about an access
            patients = accounts.registrations_of([found.person])
            written = selectors.written([found])[found.id]
        return Response(shapes.put_question(found, written, access, patients))


class QuestionDesk(QuestionDeskEndpoint):
    scopes: ClassVar = {"GET": "cases.answer"}

    @extend_schema(
        operation_id="cases_questions_list",
        tags=["questions"],
        parameters=[STATE, CURSOR, LIMIT],
        responses={200: page_of(shapes.PutQuestionLine), **problems(403, 404)},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """What patients asked this organisation about accesses. For its privacy officers."""
        return self.queue(request, tenant, shapes.put_question_line)


class QuestionPut(QuestionDeskEndpoint):
    scopes: ClassVar = {"GET": "cases.answer"}

    @extend_schema(
        operation_id="cases_questions_read",
        tags=["questions"],
        responses={200: shapes.PutQuestion, **problems(403, 404)},
    )
    def get(self, request: Request, tenant: str, case: UUID) -> Response:
        """One of them, with what the patient wrote and the access that it is about. For privacy officers."""
        return self.said(self.desk(tenant), case)


class QuestionAnswer(QuestionDeskEndpoint):
    scopes: ClassVar = {"POST": "cases.answer"}

    @extend_schema(
        operation_id="cases_questions_answer",
        tags=["questions"],
        request=shapes.QuestionAnswer,
        responses={200: shapes.PutQuestion, **problems(403, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, tenant: str, case: UUID) -> Response:
        """Say what was found, once. The patient is told. For privacy officers, but not about their own access."""
        place = self.desk(tenant)
        body = shapes.QuestionAnswer(data=request.data)
        body.is_valid(raise_exception=True)
        with tenant_scope(place):
            services.answer_question(case=case, reviewer=self.caller.user, **body.validated_data)
        return self.said(place, case)

    def shown_again(self, key: UUID) -> Response:
        return self.said(self.desk(self.kwargs["tenant"]), key)
