"""Problem documents in the OpenAPI schema."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from portal.api.problems import MEDIA_TYPE

MEANINGS = {
    400: "The call is not understood.",
    401: "No token, or one that is wrong, expired or revoked.",
    403: "The token, the account or the consent does not allow it.",
    404: "It is not there, or not for this account to know.",
    405: "This address does not take that method.",
    409: "What is there already stands against it.",
    413: "The body is too long.",
    415: "The body is not JSON.",
    422: "Understood, but no contract or request can be so.",
    503: "The ledger or the database does not answer; nothing was done or shown.",
}


class Fault(serializers.Serializer[Any]):
    field = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """RFC 9457."""

    type = serializers.CharField(help_text="A relative reference; what stands after # is the code.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What happened and what to do, for people.")
    code = serializers.CharField(help_text="Stable, for programs.")
    instance = serializers.CharField(
        help_text="urn:uuid: and the id of this call, as in the header Request-Id."
    )
    errors = Fault(many=True, required=False)  # type: ignore[assignment]
    standing_refusals = serializers.IntegerField(
        required=False, help_text="With `refusals-stand`: how many `give_way` has to agree to."
    )


def problems(*statuses: int) -> dict[Any, OpenApiResponse]:
    """The errors that a call can answer with, beside those that every call can."""
    return {
        (status, MEDIA_TYPE): OpenApiResponse(Problem, MEANINGS[status])
        for status in sorted({400, 401, 403, 503, *statuses})
    }
