"""`/api/v1/contract-templates/`: terms to begin from, by purpose."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consent.templates import TEMPLATES
from portal.api.endpoint import Endpoint
from portal.api.shapes.problems import problems


class TemplateShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    explanation = serializers.CharField(help_text="What people should know before they sign.")
    kinds = serializers.ListField(child=serializers.CharField(), help_text="With whom it may be.")
    terms = serializers.DictField(help_text="Parts of a new contract; all of them may be changed.")

    class Meta:
        ref_name = "ContractTemplate"


class ContractTemplates(Endpoint):
    scopes: ClassVar = {"GET": "contracts.read"}

    @extend_schema(
        operation_id="contract_templates_list",
        tags=["contracts"],
        responses={200: TemplateShape(many=True), **problems()},
    )
    def get(self, request: Request) -> Response:
        """Contracts for common purposes: put grantee, custodian and end to `terms`, and grant that."""
        return Response([_shown(name) for name in TEMPLATES])


def _shown(name: str) -> dict[str, Any]:
    template = TEMPLATES[name]
    terms = {part: list(said) if isinstance(said, tuple) else said for part, said in template.parts.items()}
    return {
        "name": template.name,
        "title": template.title,
        "explanation": template.explanation,
        "kinds": list(template.kinds),
        "terms": terms,
    }
