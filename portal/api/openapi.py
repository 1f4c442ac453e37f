"""What the generator of the OpenAPI schema cannot see for itself."""

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema

from portal.api.authentication import SCHEME


class PersonalTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a call shows who makes it."""

    target_class: Any = "portal.api.authentication.TokenAuthentication"
    name = "personalToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": SCHEME,
            "bearerFormat": "assent_...",
            "description": "A personal access token, made by `manage.py create_token`.",
        }


class ClosedBody(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """A body takes no key beside those named."""

    target_class: Any = "portal.api.shapes.base.Body"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> Any:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # type: ignore[no-untyped-call]
        if direction == "request":
            schema["additionalProperties"] = False
            if self.target.alternatives:
                schema["oneOf"] = list(self.target.alternatives)
        return schema


class KnownWord(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A word of a vocabulary is shown with its spellings; that others are understood as well harms nobody."""

    target_class: Any = "portal.api.shapes.base.Word"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.target.known)}
