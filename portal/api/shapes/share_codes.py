"""Share codes in JSON."""

from typing import Any

from rest_framework import serializers

from consent import vocabulary
from portal.api.shapes.base import Body, Slug, Words
from portal.api.shapes.contracts import iso
from portal.records.services import Shared

STATES = ["offered", "asked", "admitted", "ended"]


class Offer(Body):
    """Which parts of what one organisation keeps may be seen with the code."""

    custodian = Slug(help_text="The short name of the organisation that keeps the records.")
    categories = Words(vocabulary.CATEGORIES, min_length=1)


class ShareCode(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    custodian = serializers.CharField(help_text="The short name of the organisation that keeps the records.")
    state = serializers.ChoiceField(
        STATES,
        help_text="`asked`: somebody came with it and waits to be let in. `admitted`: they may read.",
    )
    viewer = serializers.CharField(
        allow_blank=True, help_text="What whoever came with it calls themselves; empty: nobody has."
    )
    categories = serializers.ListField(child=serializers.CharField())
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(help_text="When the code is over, or the session that it opened.")
    contract = serializers.UUIDField(allow_null=True, help_text="The contract under which they read.")


class NewShareCode(ShareCode):
    code = serializers.CharField(
        allow_null=True,
        help_text="To be typed at /share/ of this node. Kept nowhere: null where the call is repeated.",
    )


def share_code(found: Shared) -> dict[str, Any]:
    """A share code as JSON, without the code."""
    return {
        "id": str(found.id),
        "custodian": found.where.tenant.slug,
        "state": found.state,
        "viewer": found.name,
        "categories": list(found.categories),
        "since": iso(found.since),
        "until": iso(found.until),
        "contract": str(found.contract) if found.contract else None,
    }
