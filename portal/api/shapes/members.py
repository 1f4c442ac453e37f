"""Who works at an organisation, in JSON."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from portal.accounts.models import Membership, Role


class Member(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Of the account.")
    name = serializers.CharField()
    email = serializers.EmailField()
    title = serializers.CharField(allow_blank=True)
    roles = serializers.ListField(child=serializers.CharField(), help_text=", ".join(Role.values))


class Members(serializers.Serializer[Any]):
    results = Member(many=True)


def members(held: Iterable[Membership]) -> dict[str, Any]:
    """Each account once, in the order given, with all its roles."""
    found: dict[str, dict[str, Any]] = {}
    for one in held:
        key = str(one.user_id)
        shown = {"id": key, "name": one.user.name, "email": one.user.email, "title": "", "roles": []}
        member = found.setdefault(key, shown)
        member["title"] = member["title"] or one.title
        member["roles"].append(one.role)
    return {"results": list(found.values())}
