"""`/api/v1/limits/`: what the law keeps of my record; and at an organisation, placing, reviewing and lifting it."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from consent import services
from consent import standing_restrictions as limits
from ledger.scope import party_scope, tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.errors import UnknownTenant
from portal.accounts.models import Registration, Role
from portal.api import cursors
from portal.api.endpoint import Endpoint
from portal.api.officers import OfficerEndpoint
from portal.api.shapes import limits as shapes
from portal.api.shapes.base import page_of
from portal.api.shapes.problems import problems
from portal.api.views.lists import CURSOR, LIMIT


def _placed(row: Any) -> tuple[datetime, UUID]:
    return row.placed_at, row.id


class OwnLimitEndpoint(Endpoint):
    def places(self) -> dict[UUID, Registration]:
        """Where I am a patient, by organisation."""
        return {each.tenant_id: each for each in accounts.registrations(self.own_person())}

    def said(self, row: Any, place: Registration) -> dict[str, Any]:
        with tenant_scope(place.tenant_id):
            return shapes.own_limit(row, place.tenant.slug)


class Limits(OwnLimitEndpoint):
    scopes: ClassVar = {"GET": "cases"}

    @extend_schema(
        operation_id="limits_list",
        tags=["limits by law"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(shapes.OwnLimit), **problems(404)},
    )
    def get(self, request: Request) -> Response:
        """What the law keeps of my record now, wherever, with ground and reason, newest first."""
        places, person = self.places(), self.own_person()
        with party_scope(person):
            rows = [row for row in limits.restrictions_of(person) if row.tenant_id in places]
        return cursors.page_of_all(
            request,
            cursors.window(request),
            rows,
            place=_placed,
            shown=lambda row: self.said(row, places[row.tenant_id]),
        )


class LimitAsk(OwnLimitEndpoint):
    scopes: ClassVar = {"POST": "cases"}

    @extend_schema(
        operation_id="limits_ask",
        tags=["limits by law"],
        request=None,
        responses={200: shapes.OwnLimit, **problems(404, 409, 413, 415)},
    )
    def post(self, request: Request, tenant: str, limit: UUID) -> Response:
        """Ask, once, that somebody who did not decide it looks at it again (45 CFR 164.524(a)(4))."""
        place = self._place(tenant)
        with tenant_scope(place.tenant_id):
            row = services.ask_review(restriction=limit, person=self.own_person(), actor=self.caller.user)
        return Response(self.said(row, place))

    def shown_again(self, key: UUID) -> Response:
        place = self._place(self.kwargs["tenant"])
        with tenant_scope(place.tenant_id):
            row = limits.restriction_here(key)
        return Response(self.said(row, place))

    def _place(self, tenant: str) -> Registration:
        for each in self.places().values():
            if each.tenant.slug == tenant:
                return each
        raise UnknownTenant("There is nothing of yours at that organisation.")


class LimitEndpoint(OfficerEndpoint):
    """For the privacy officers of the organisation that the address names."""

    def place(self) -> UUID:
        return self.organisation(self.kwargs["tenant"], Role.PRIVACY_OFFICER).id

    def whole(self, limit: UUID, *, status: int = 200) -> Response:
        with tenant_scope(self.place()):
            return Response(shapes.whole_limit(limits.restriction_here(limit)), status=status)

    def shown_again(self, key: UUID) -> Response:
        return self.whole(key)


class LimitsHere(LimitEndpoint):
    scopes: ClassVar = {"GET": "limits", "POST": "limits"}

    @extend_schema(
        operation_id="limits_here",
        tags=["limits by law"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(shapes.LimitHere), **problems(403, 404)},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """What the law keeps of records here now, newest first."""
        with tenant_scope(self.place()):
            rows = limits.restrictions_here()
            mrns = shapes.mrns_of(rows)
        return cursors.page_of_all(
            request,
            cursors.window(request),
            sorted(rows, key=_placed, reverse=True),
            place=_placed,
            shown=lambda row: shapes.limit_here(row, mrns),
        )

    @extend_schema(
        operation_id="limits_place",
        tags=["limits by law"],
        request=shapes.NewLimit,
        responses={201: shapes.WholeLimit, **problems(403, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """Keep part of a record, on a ground in law, from the next decision on. The patient is told why."""
        place = self.place()
        body = shapes.NewLimit(data=request.data)
        body.is_valid(raise_exception=True)
        with tenant_scope(place):
            person = accounts.registration(mrn=body.validated_data["mrn"].strip()).person_id
            made = services.place_restriction(
                terms=body.restriction(custodian=place, person=person),
                reason=body.validated_data["reason"],
                actor=self.caller.user,
            )
        return self.whole(made.id, status=201)


class LimitHere(LimitEndpoint):
    scopes: ClassVar = {"GET": "limits"}

    @extend_schema(
        operation_id="limits_read",
        tags=["limits by law"],
        responses={200: shapes.WholeLimit, **problems(403, 404)},
    )
    def get(self, request: Request, tenant: str, limit: UUID) -> Response:
        """One of them with its reason, in force or not."""
        return self.whole(limit)


class LimitReview(LimitEndpoint):
    scopes: ClassVar = {"POST": "limits"}

    @extend_schema(
        operation_id="limits_review",
        tags=["limits by law"],
        request=shapes.LimitReview,
        responses={200: shapes.WholeLimit, **problems(403, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, tenant: str, limit: UUID) -> Response:
        """Decide the review that the patient asked for; never of what one placed oneself. The patient is told."""
        place = self.place()
        body = shapes.LimitReview(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        with tenant_scope(place):
            services.review_restriction(
                restriction=limit,
                reviewer=self.caller.user,
                uphold=given["outcome"] == "uphold",
                note=given["note"],
            )
        return self.whole(limit)


class LimitLift(LimitEndpoint):
    scopes: ClassVar = {"POST": "limits"}

    @extend_schema(
        operation_id="limits_lift",
        tags=["limits by law"],
        request=None,
        responses={200: shapes.WholeLimit, **problems(403, 404, 409, 413, 415)},
    )
    def post(self, request: Request, tenant: str, limit: UUID) -> Response:
        """End one. The patient is told."""
        with tenant_scope(self.place()):
            services.lift_restriction(restriction=limit, actor=self.caller.user)
        return self.whole(limit)
