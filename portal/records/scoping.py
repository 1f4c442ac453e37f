"""What the scopes of a token reach, whatever the contracts say. A browser session has none, and is not bound by any."""

from uuid import UUID

from portal.accounts.errors import ScopeMissing
from portal.accounts.identity import Caller
from portal.accounts.scopes import grants
from portal.accounts.smart_scopes import ResourceScope, resource_scopes
from portal.records import categories

# By action: the word of a personal access token.
SCOPES = {"read": "records.read", "write": "records.write", "export": "records.read"}
# By interaction: the letters of SMART scopes that it needs, all of them; else those of its action.
LETTERS = {"read": "r", "search": "s", "create": "c", "update": "u", "delete": "d", "find": "s"}
OF_ACTION = {"read": "rs", "write": "cud", "export": "rs"}


def within_scopes(
    caller: Caller, type_name: str, category: str, *, person: UUID | None, action: str, interaction: str
) -> bool:
    """Whether the token reaches this group of records. `person` None: an entry of the directory, of nobody's record."""
    if caller.scopes is None or grants(caller.scopes, SCOPES[action]):
        return True
    letters = set(LETTERS.get(interaction, OF_ACTION[action]))
    for scope in resource_scopes(caller.scopes):
        if scope.context == "patient" and person is not None and caller.about != person:
            continue
        if scope.type in ("*", type_name) and _within(scope, type_name, category):
            letters -= set(scope.letters)
    return not letters


def has_scope(caller: Caller, type_name: str, interaction: str) -> bool:
    """Whether the token reaches anything of that type, in anybody's record or in the directory."""
    return within_scopes(caller, type_name, "", person=None, action="read", interaction=interaction)


def require_scope(caller: Caller, type_name: str, interaction: str) -> None:
    """Raise ScopeMissing if the token reaches nothing of that type."""
    if not has_scope(caller, type_name, interaction):
        raise ScopeMissing(f"This token lacks the scope to {interaction} {type_name}. Get one that has it.")


def _within(scope: ResourceScope, type_name: str, category: str) -> bool:
    return not scope.category or categories.narrowed(type_name, scope.category) == category
