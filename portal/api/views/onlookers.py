"""`/api/v1/onlookers/`: who could see my records, today and why; and what a contract would change."""

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from consent import vocabulary
from consent.services import Onlooker
from portal.accounts import selectors as accounts
from portal.api.endpoint import Endpoint
from portal.api.grantees import terms_and_display
from portal.api.shapes import contracts as contract_shapes
from portal.api.shapes import onlookers as shapes
from portal.api.shapes.contracts import iso
from portal.api.shapes.problems import problems
from portal.records.services import what_changes, who_could_see

CUSTODIAN = OpenApiParameter(
    "custodian", OpenApiTypes.STR, required=True, description="The short name of who keeps the records."
)
LABEL = OpenApiParameter(
    "label",
    OpenApiTypes.STR,
    enum=list(vocabulary.SENSITIVITIES),
    description="Of what bears this sensitivity. If absent: of what bears none.",
)


class Onlookers(Endpoint):
    scopes: ClassVar = {"GET": "contracts.read", "POST": "contracts.read"}
    keeps_attempts = False  # nothing is changed

    @extend_schema(
        operation_id="onlookers_list",
        tags=["contracts"],
        parameters=[CUSTODIAN, LABEL],
        responses={200: shapes.Sight(many=True), **problems(400, 404, 422)},
    )
    def get(self, request: Request) -> Response:
        """Who could read which part of my records now, and by which rule. Nobody looks, so nothing is entered."""
        self.own_person()
        tenant = accounts.organisation(request.query_params.get("custodian", "")).id
        found = who_could_see(caller=self.caller, tenant=tenant, label=request.query_params.get("label", ""))
        return Response(
            [
                {
                    "onlooker": _shown(sight.onlooker),
                    "category": sight.category,
                    "purposes": list(sight.purposes),
                    "layer": sight.layer,
                    "sentence": sight.sentence,
                    "contract": str(sight.contract) if sight.contract else None,
                    "ends": iso(sight.ends),
                }
                for sight in found
            ]
        )

    @extend_schema(
        operation_id="onlookers_compare",
        tags=["contracts"],
        request=contract_shapes.NewContract,
        responses={200: shapes.Change(many=True), **problems(404, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """What would change if I granted this contract. Nothing is granted."""
        self.own_person()
        body = contract_shapes.NewContract(data=request.data)
        body.is_valid(raise_exception=True)
        terms, display = terms_and_display(body.validated_data)
        former = body.validated_data.get("supersedes")
        found = what_changes(caller=self.caller, offers=[(terms, display)], supersedes=former)
        return Response(
            [
                {
                    "onlooker": _shown(change.onlooker),
                    "gains": list(change.gains),
                    "loses": list(change.loses),
                }
                for change in found
            ]
        )


def _shown(onlooker: Onlooker) -> dict[str, Any]:
    ids = [key for key in (onlooker.id, onlooker.organisation) if key is not None]
    names = accounts.names(ids) | accounts.organisation_names(ids)
    return {"kind": onlooker.kind, "name": names.get(onlooker.id, "")}
