"""What the addresses of questions and of corrections have in common."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.scope import tenant_scope
from portal.accounts import selectors as accounts
from portal.accounts.models import Registration
from portal.api import cursors
from portal.api.endpoint import Endpoint
from portal.api.officers import OfficerEndpoint
from portal.api.parameters import one_of
from portal.cases import selectors, services
from portal.cases.models import Case, Kind

OPEN, ENDED = "open", "answered"
STATE = OpenApiParameter(
    "state",
    OpenApiTypes.STR,
    enum=[OPEN, ENDED],
    description="What waits, due first first; or what was answered, newest first. If absent: what waits.",
)
Patients = dict[UUID, Registration]


class OwnCaseEndpoint(Endpoint):
    """For the patient who asks."""

    kind: ClassVar[Kind]

    def own_page(self, request: Request, shown: Callable[[Case], dict[str, Any]]) -> Response:
        """Those that I put to any organisation, newest first."""
        found = selectors.cases_of_person(self.own_person(), kind=self.kind)
        asked = cursors.window(request)
        return cursors.page_of_all(
            request, asked, found, place=lambda row: (row.asked_at, row.id), shown=shown
        )

    def own_case(self, case: UUID) -> Case:
        """One of mine. Raises UnknownCase."""
        return selectors.case_of_person(case, person=self.own_person(), kind=self.kind)

    def opened(self, case: UUID) -> Case:
        """The same, which I read by this."""
        found = self.own_case(case)
        with tenant_scope(found.tenant_id):
            services.mark_seen(case=found.id, person=found.person)
        return self.own_case(case)


class CaseDeskEndpoint(OfficerEndpoint):
    """For the privacy officers of the organisation that the address names."""

    kind: ClassVar[Kind]

    def desk(self, tenant: str) -> UUID:
        """The organisation, for its privacy officers. Raises UnknownTenant, NotAMember."""
        return self.organisation(tenant, "privacy_officer").id

    def queue(
        self, request: Request, tenant: str, shown: Callable[[Case, Patients], dict[str, Any]]
    ) -> Response:
        """What was put to the organisation, as `state` asks for it."""
        place = self.desk(tenant)
        waiting = one_of(request, "state", (OPEN, ENDED)) == OPEN
        asked = cursors.window(request)
        reached, limit = cursors.reached(asked), asked.limit + 1
        with tenant_scope(place):
            if waiting:
                found = selectors.cases_waiting(kind=self.kind, after=reached, limit=limit)
            else:
                found = selectors.cases_answered(kind=self.kind, before=reached, limit=limit)
            patients = accounts.registrations_of(row.person for row in found)
        return cursors.page_of_found(
            request,
            asked,
            found,
            place=lambda row: (row.answered_at or row.due, row.id),
            shown=lambda row: shown(row, patients),
        )
