"""`/api/v1/guardians/`: who acts for me; and at an organisation, who decides for its patients, and pausing that.

Naming a guardian is granting a contract to a person (`POST /api/v1/contracts/`), and ending it is revoking that one.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from consent import selectors as consent
from consent.services import resume, suspend
from ledger.scope import party_scope, tenant_scope
from portal.accounts.models import Role
from portal.api import cursors
from portal.api.endpoint import Endpoint
from portal.api.officers import OfficerEndpoint
from portal.api.shapes import contracts, guardians
from portal.api.shapes.base import page_of
from portal.api.shapes.names import Names
from portal.api.shapes.problems import problems
from portal.api.views.lists import CURSOR, LIMIT
from portal.records.services import Guardian, guardians_of


class Guardians(Endpoint):
    scopes: ClassVar = {"GET": "contracts.read"}

    @extend_schema(
        operation_id="guardians_list",
        tags=["guardians"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(contracts.Contract), **problems(404)},
    )
    def get(self, request: Request) -> Response:
        """My contracts with relatives and friends, newest first. With `manage_consent` they decide for me."""
        person, names = self.own_person(), Names()
        with party_scope(person):
            found = [one for one in consent.contracts_of_person(person) if one.grantee_kind == "person"]

        def place(item: Any) -> tuple[datetime, UUID]:
            return item.proposed_at, item.id

        def shown(item: Any) -> dict[str, Any]:
            return contracts.contract(item, names)

        return cursors.page_of_all(request, cursors.window(request), found, place=place, shown=shown)


class GuardiansThere(OfficerEndpoint):
    scopes: ClassVar = {"GET": "guardians"}

    @extend_schema(
        operation_id="guardians_there",
        tags=["guardians"],
        parameters=[CURSOR, LIMIT],
        responses={200: page_of(guardians.Guardian), **problems(404)},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """Who decides for patients of this organisation, newest first. For its privacy officers."""

        def place(item: Guardian) -> tuple[datetime, UUID]:
            return item.since, item.contract

        found = guardians_of(self.organisation(tenant, Role.PRIVACY_OFFICER).id)
        asked = cursors.window(request)
        return cursors.page_of_all(request, asked, found, place=place, shown=guardians.guardian)


class GuardianStep(OfficerEndpoint):
    """What the organisation does to a delegation; it is an entry, which patient and guardian see."""

    def step(self, tenant: str, contract: UUID, service: Callable[..., Any]) -> Response:
        place = self.organisation(tenant, Role.PRIVACY_OFFICER)
        with tenant_scope(place.id):
            service(contract=contract, actor=self.caller.user)
        return Response(status=204)


class GuardianSuspend(GuardianStep):
    scopes: ClassVar = {"POST": "guardians"}

    @extend_schema(
        operation_id="guardians_suspend",
        tags=["guardians"],
        request=None,
        responses={204: None, **problems(404, 409, 413, 415)},
    )
    def post(self, request: Request, tenant: str, contract: UUID) -> Response:
        """Pause a delegation where it would endanger the patient. What the guardian granted before goes on."""
        return self.step(tenant, contract, suspend)


class GuardianResume(GuardianStep):
    scopes: ClassVar = {"POST": "guardians"}

    @extend_schema(
        operation_id="guardians_resume",
        tags=["guardians"],
        request=None,
        responses={204: None, **problems(404, 409, 413, 415)},
    )
    def post(self, request: Request, tenant: str, contract: UUID) -> Response:
        """Let a delegation go on that the organisation paused. What the patient paused stays so."""
        return self.step(tenant, contract, resume)
