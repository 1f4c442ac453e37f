"""Who works at an organisation, in JSON."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from portal.accounts.models import Invitation as InvitationRow
from portal.accounts.models import Membership, Role
from portal.api.shapes.base import Body, Prose, Slug, Text, Word, Words
from portal.api.shapes.contracts import iso

ROLES = list(Role.values)
STATES = ["waiting", "taken-up", "withdrawn", "over"]


class NewMember(Body):
    """Who is to work here, in which role."""

    email = serializers.EmailField(max_length=254)
    role = Word(ROLES)
    title = Prose(
        required=False,
        allow_blank=True,
        max_length=120,
        default="",
        help_text="What patients read beside the name.",
    )


class TakeUp(Body):
    """The two last parts of the link in the letter: `.../<organisation>/<code>/`."""

    organisation = Slug()
    code = Text(max_length=100)


class NewRoles(Body):
    """All the roles that somebody has from now on."""

    roles = Words(ROLES, min_length=1)


class Member(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Of the account.")
    name = serializers.CharField()
    email = serializers.EmailField()
    title = serializers.CharField(allow_blank=True)
    roles = serializers.ListField(child=serializers.CharField(), help_text=", ".join(ROLES))


class Members(serializers.Serializer[Any]):
    results = Member(many=True)


class Invitation(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(STATES)
    email = serializers.EmailField()
    role = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    made = serializers.DateTimeField()
    expires = serializers.DateTimeField()


class Appointed(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Of the account, or of the invitation.")
    member = Member(allow_null=True, help_text="Where the address has an account: it has the role.")
    invitation = Invitation(allow_null=True, help_text="Where it has none: a letter is on its way.")


def member(held: Iterable[Membership]) -> dict[str, Any]:
    """One account with all its roles."""
    return members(held)["results"][0]  # type: ignore[no-any-return]


def invitation(found: InvitationRow) -> dict[str, Any]:
    """An invitation as JSON. Its link is in the letter alone."""
    return {
        "id": str(found.id),
        "state": _state(found),
        "email": found.email,
        "role": found.role,
        "title": found.title,
        "made": iso(found.made),
        "expires": iso(found.expires),
    }


def appointed(*, held: Iterable[Membership] = (), invited: InvitationRow | None = None) -> dict[str, Any]:
    """What became of giving a role: one of both."""
    shown = invitation(invited) if invited else member(held)
    return {"id": shown["id"], "member": None if invited else shown, "invitation": shown if invited else None}


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


def _state(found: InvitationRow) -> str:
    if found.accepted:
        return "taken-up"
    if found.withdrawn:
        return "withdrawn"
    return "waiting" if found.expires > timezone.now() else "over"
