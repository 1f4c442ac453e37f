"""What every page knows of the person who looks at it."""

from typing import Any

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


def signed_in(request: HttpRequest) -> dict[str, Any]:
    """`signed_in`: SignedIn, or None for a visitor."""
    user = getattr(request, "user", None)
    return {"signed_in": SignedIn(request) if user is not None and user.is_authenticated else None}
