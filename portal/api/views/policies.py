"""`/api/v1/policies/<tenant>/`: what applies at an organisation before any contract, and in an emergency."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from consent import selectors, services
from consent.emergency_rule import Rule
from consent.standing_refusals import refusals_here
from ledger.scope import tenant_scope
from portal.accounts.models import Organisation
from portal.api.officers import OfficerEndpoint
from portal.api.shapes import policies as shapes
from portal.api.shapes.problems import problems


class PolicyEndpoint(OfficerEndpoint):
    def said(self, place: Organisation) -> Response:
        with tenant_scope(place.id):
            standing = len(refusals_here())
            return Response(shapes.policies(selectors.base_policy(), selectors.emergency_rule(), standing))


class Policies(PolicyEndpoint):
    scopes: ClassVar = {"GET": "policies"}

    @extend_schema(
        operation_id="policies_read",
        tags=["policies"],
        responses={200: shapes.Policies, **problems(403, 404)},
    )
    def get(self, request: Request, tenant: str) -> Response:
        """What is in force, in words and as the Cedar that runs. Version 0 is the default that nobody has set."""
        return self.said(self.organisation(tenant))


class BasePolicy(PolicyEndpoint):
    scopes: ClassVar = {"POST": "policies"}
    keeps_attempts = False  # the same policy again changes nothing

    @extend_schema(
        operation_id="policies_set_base",
        tags=["policies"],
        request=shapes.NewBasePolicy,
        responses={200: shapes.Policies, **problems(403, 404, 413, 415, 422)},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """Put a base policy in force, from the next decision on; it stands in the ledger (`policy.changed`).

        The page asks who sets it to confirm who they are. Here the token must show as much: made with the second
        factor (`create_token --strong`) where its owner has one, or the organisation asks everybody for one.
        """
        place = self.organisation(tenant)
        body = shapes.NewBasePolicy(data=request.data)
        body.is_valid(raise_exception=True)
        with tenant_scope(place.id):
            services.set_base_policy(variant=body.validated_data["variant"], actor=self.caller.user)
        return self.said(place)


class EmergencyRule(PolicyEndpoint):
    scopes: ClassVar = {"POST": "policies"}
    keeps_attempts = False  # the same rule again changes nothing

    @extend_schema(
        operation_id="policies_set_emergency_rule",
        tags=["policies"],
        request=shapes.NewEmergencyRule,
        responses={200: shapes.Policies, **problems(403, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, tenant: str) -> Response:
        """Put an emergency rule in force, from the next decision on; it stands in the ledger (`policy.changed`).

        Where it changes `refusals`, so does what `standing_refusals` of the patients come to: each is told. To let
        them give way one says to how many that happens, `give_way`; 409 where more stand. The token must show as much
        as for the base policy.
        """
        place = self.organisation(tenant)
        body = shapes.NewEmergencyRule(data=request.data)
        body.is_valid(raise_exception=True)
        with tenant_scope(place.id):
            said = dict(body.validated_data)
            give_way = said.pop("give_way")
            services.set_emergency_rule(rule=Rule(**said), actor=self.caller.user, give_way=give_way)
        return self.said(place)
