"""A caller as a job remembers it, and whether he still is who he was."""

from dataclasses import asdict, fields, replace
from typing import Any
from uuid import UUID

from portal.accounts import selectors
from portal.accounts.identity import Caller

_IDS = frozenset({"user", "person", "organisation", "about"})
NO_MEMBER = ("not-a-member", "This account has not the role there (any more) that it asked in.")


def to_json(caller: Caller) -> dict[str, Any]:
    """As plain values."""
    return {name: _plain(value) for name, value in asdict(caller).items()}


def from_json(value: dict[str, Any]) -> Caller:
    """The caller, refused if account or role have ended since. A job is not strongly authenticated."""
    known = {field.name for field in fields(Caller)}
    given = {name: _valued(name, one) for name, one in value.items() if name in known}
    caller = replace(Caller(**given), strong=False)
    return caller if _stands(caller) else replace(caller, refused=NO_MEMBER)


def _stands(caller: Caller) -> bool:
    if caller.role == "application":
        return True  # no account; her contract with it is asked each time
    if not selectors.user(caller.user).is_active:
        return False
    if caller.organisation is None:
        return True
    roles = {(one.tenant_id, one.role) for one in selectors.memberships(caller.user)}
    return (caller.organisation, caller.role) in roles


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return sorted(value) if isinstance(value, frozenset) else value


def _valued(name: str, value: Any) -> Any:
    if name in _IDS and value is not None:
        return UUID(value)
    if name == "scopes" and value is not None:
        return frozenset(value)
    return tuple(value) if isinstance(value, list) else value
