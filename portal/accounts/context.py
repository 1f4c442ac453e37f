"""What every page knows of the person who looks at it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest

from portal.accounts import callers


class SignedIn:
    """Read only when a template asks, so that a page without a menu costs no query."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def is_patient(self) -> bool:
        return callers.person_of(self._request) is not None

    @property
    def memberships(self) -> list[Any]:
        return list(callers.roles_of(self._request))

    @property
    def to_cosign(self) -> UUID | None:
        """The contract that has waited longest for this account's second signature, whatever else it is here."""
        return callers.standing_of(self._request).to_cosign


def signed_in(request: HttpRequest) -> dict[str, Any]:
    """`signed_in`: SignedIn, or None for a visitor."""
    user = getattr(request, "user", None)
    return {"signed_in": SignedIn(request) if user is not None and user.is_authenticated else None}
