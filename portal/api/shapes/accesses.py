"""The history of a record in JSON."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from portal.api.shapes.contracts import iso
from portal.api.shapes.ledgers import STATES
from portal.api.shapes.names import Names
from portal.records.services import Access as Line


class Basis(serializers.Serializer[Any]):
    """Why it was permitted or denied."""

    layer = serializers.CharField(help_text="law, emergency, contract, base or engine.")
    code = serializers.CharField()
    contract = serializers.UUIDField(allow_null=True)
    sentence = serializers.CharField()


class ResourceShown(serializers.Serializer[Any]):
    reference = serializers.CharField(help_text="Type/id.")
    version = serializers.IntegerField(allow_null=True)
    category = serializers.CharField()
    hash = serializers.CharField(help_text="SHA-256 of the sealed record, as the ledger holds it.")


class Access(serializers.Serializer[Any]):
    time = serializers.DateTimeField()
    actor = serializers.CharField(help_text="The name of whoever acted, as it was then.")
    actor_id = serializers.UUIDField(allow_null=True)
    title = serializers.CharField(allow_blank=True)
    role = serializers.CharField(allow_blank=True)
    organisation = serializers.CharField(allow_null=True, help_text="For which organisation; short name.")
    organisation_name = serializers.CharField(allow_blank=True)
    custodian = serializers.CharField(help_text="Which organisation keeps the records; short name.")
    purpose = serializers.CharField(allow_blank=True)
    interaction = serializers.CharField(allow_blank=True)
    categories = serializers.ListField(child=serializers.CharField())
    resources = ResourceShown(many=True)
    decision = serializers.ChoiceField(["permitted", "denied", "failed"])
    basis = Basis()
    entry = serializers.UUIDField(help_text="The ledger entry, as in the header Ledger-Entry.")
    index = serializers.IntegerField(allow_null=True, help_text="Its place in the log, once it has one.")
    state = serializers.ChoiceField(STATES)
    type = serializers.CharField()
    readable = serializers.BooleanField(help_text="Whether the sealed part of the entry opened.")


def access(line: Line, custodian: UUID, names: Names) -> dict[str, Any]:
    """One line of the history as JSON."""
    slug, name = names.organisation(line.organisation) if line.organisation else ("", "")
    return {
        "time": iso(line.time),
        "actor": line.name or (names.account(line.actor)[1] if line.actor else ""),
        "actor_id": str(line.actor) if line.actor else None,
        "title": line.title,
        "role": line.role,
        "organisation": slug or None,
        "organisation_name": line.organisation_name or name,
        "custodian": names.organisation(custodian)[0],
        "purpose": line.purpose,
        "interaction": line.interaction,
        "categories": list(line.categories),
        "resources": [
            {
                "reference": f"{item.get('type', '')}/{item.get('id', '')}",
                "version": item.get("version"),
                "category": item.get("category", ""),
                "hash": item.get("hash", ""),
            }
            for item in line.resources
        ],
        "decision": line.decision,
        "basis": {
            "layer": line.layer,
            "code": line.code,
            "contract": str(line.contract) if line.contract else None,
            "sentence": line.sentence,
        },
        "entry": str(line.entry),
        "index": line.index,
        "state": line.state,
        "type": line.type,
        "readable": line.readable,
    }
