"""Applications that somebody connected, in JSON."""

from typing import Any

from rest_framework import serializers

from portal.api.shapes.base import Body, Prose
from portal.api.shapes.contracts import iso
from portal.smart import services
from portal.smart.models import Connection


class TakenBack(Body):
    """One permission, as the list of applications spells it."""

    scope = Prose(max_length=1000, trim_whitespace=False)


class App(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Of the connection.")
    name = serializers.CharField()
    organisation = serializers.CharField(
        help_text="The short name of the organisation whose records it reaches."
    )
    since = serializers.DateTimeField()
    by_patient = serializers.BooleanField(help_text="Whether it was connected by the patient, not by staff.")
    contract = serializers.UUIDField(allow_null=True, help_text="The contract that was signed with it.")
    scopes = serializers.ListField(
        child=serializers.CharField(), help_text="All that it may do, in SMART scopes."
    )
    over_records = serializers.ListField(
        child=serializers.CharField(),
        help_text="Those that reach records; with the last one the connection ends.",
    )


def app(found: Connection) -> dict[str, Any]:
    """A connection as JSON."""
    return {
        "id": str(found.id),
        "name": found.application.name,
        "organisation": found.tenant.slug,
        "since": iso(found.since),
        "by_patient": found.by_patient,
        "contract": str(found.contract) if found.contract else None,
        "scopes": found.scopes.split(),
        "over_records": services.over_records(found),
    }
