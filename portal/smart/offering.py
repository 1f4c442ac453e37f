"""Which scopes there are, and which of them an application may ask for: the grammar decides, not a list."""

from collections.abc import Iterable
from typing import Any

from oauth2_provider.scopes import BaseScopes

from portal.accounts import smart_scopes
from portal.accounts.smart_scopes import CONTEXTS, IDENTITY, LASTING, LAUNCH, ResourceScope
from portal.records.kinds import KINDS
from portal.records.scoping import restriction

BESIDE = LAUNCH | IDENTITY | LASTING


class Offering(BaseScopes):
    """What oauth-toolkit asks."""

    def get_all_scopes(self) -> dict[str, str]:
        return _Any()

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Of what is asked for, what this application may have; without a question, examples for discovery."""
        if application is None or request is None:
            return supported()
        return [word for word in request.scopes or () if allowed(application.scopes.split(), word)]

    def get_default_scopes(self, *args: Any, **kwargs: Any) -> list[str]:
        return []  # whoever asks for nothing is given nothing


class _Any(dict[str, str]):
    """Every word is its own description; the page that asks for consent has better ones."""

    def __missing__(self, key: str) -> str:
        return key


def allowed(cap: Iterable[str], word: str) -> bool:
    """Whether an application that may have `cap` may be given this scope, and this server can hold it to that."""
    return smart_scopes.may_ask(cap, word) and served(word)


def served(word: str) -> bool:
    """Whether a word is a scope that this server can hold an application to."""
    scope = smart_scopes.parse(word)
    if scope is None:
        return word in BESIDE
    return (scope.type == "*" and not scope.category) or _kept(scope)


def _kept(scope: ResourceScope) -> bool:
    """Of a type that is kept here, and with a restriction that holds, if with any."""
    known = scope.type in KINDS
    return known and (not scope.category or restriction(scope.type, scope.category) is not None)


def supported() -> list[str]:
    """The scopes that discovery names: the beginnings of what can be asked for (SMART App Launch 2.2)."""
    return [*sorted(BESIDE), *(f"{context}/*.cruds" for context in CONTEXTS)]
