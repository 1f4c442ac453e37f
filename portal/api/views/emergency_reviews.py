"""`/api/v1/emergency-reviews/<tenant>/`: emergency accesses that wait to be judged, and the finding on one."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from consent import selectors, services
from ledger.scope import tenant_scope
from portal.api import cursors
from portal.api.officers import OfficerEndpoint
from portal.api.shapes import emergency_reviews as shapes
from portal.api.shapes.base import page_of
from portal.api.shapes.problems import problems
from portal.api.views.lists import CURSOR, LIMIT


class ReviewEndpoint(OfficerEndpoint):
    """For privacy officers of the organisation that the address names."""

    def place_of_review(self) -> UUID:
        return self.organisation(self.kwargs["tenant"], "privacy_officer").id

    def whole(self, session: UUID) -> Response:
        with tenant_scope(self.place_of_review()):
            return Response(shapes.whole_review(selectors.emergency_session(session)))


class EmergencyReviews(ReviewEndpoint):
    scopes: ClassVar = {"GET": "reviews"}

    @extend_schema(
        operation_id="reviews_list",
        tags=["emergency access"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(shapes.Review), **problems(403, 404)},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """The emergency accesses that nobody has judged, newest first; those that still run, too."""

        def place(item: Any) -> tuple[datetime, UUID]:
            return item.starts, item.id

        with tenant_scope(self.place_of_review()):
            found = selectors.emergencies_to_review()
            parties = shapes.Parties.of(found)
        return cursors.page_of_all(
            request,
            cursors.window(request),
            found,
            place=place,
            shown=lambda item: shapes.review(item, parties),
        )


class EmergencyReview(ReviewEndpoint):
    scopes: ClassVar = {"GET": "reviews"}

    @extend_schema(
        operation_id="reviews_read",
        tags=["emergency access"],
        responses={200: shapes.WholeReview, **problems(403, 404)},
    )
    def get(self, request: Request, tenant: str, session: UUID) -> Response:
        """One emergency access with the reason that was given for it and what was opened."""
        return self.whole(session)


class EmergencyReviewConclude(ReviewEndpoint):
    scopes: ClassVar = {"POST": "reviews"}

    @extend_schema(
        operation_id="reviews_conclude",
        tags=["emergency access"],
        request=shapes.Finding,
        responses={200: shapes.WholeReview, **problems(403, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, tenant: str, session: UUID) -> Response:
        """Judge an emergency access that is over, once; never one's own. The patient reads the finding."""
        place = self.place_of_review()
        body = shapes.Finding(data=request.data)
        body.is_valid(raise_exception=True)
        with tenant_scope(place):
            services.review_emergency(session=session, reviewer=self.caller.user, **body.validated_data)
        return self.whole(session)

    def shown_again(self, key: UUID) -> Response:
        return self.whole(key)
