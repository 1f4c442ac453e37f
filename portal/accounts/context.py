"""What every page knows of the person who looks at it."""

from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest

from consent.selectors import awaiting_cosigner
from ledger.scope import party_scope
from portal.accounts import callers
from portal.accounts.identity import user_of

NONE_FOR = 30  # seconds


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

    @cached_property
    def to_cosign(self) -> list[Any]:
        """The contracts that wait for this account's second signature, whatever else it is here.

        That none does is true of nearly everybody, so it is remembered for a while; that one does never is.
        """
        account = user_of(self._request).id
        none = f"nothing-to-cosign:{account}"
        if cache.get(none):
            return []
        with party_scope(account):
            found = list(awaiting_cosigner(account))
        if not found:
            cache.set(none, True, NONE_FOR)
        return found


def signed_in(request: HttpRequest) -> dict[str, Any]:
    """`signed_in`: SignedIn, or None for a visitor."""
    user = getattr(request, "user", None)
    return {"signed_in": SignedIn(request) if user is not None and user.is_authenticated else None}
