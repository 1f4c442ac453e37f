"""What the scopes of a token reach, whatever the contracts say. A browser session has none, and is not bound by any."""

from uuid import UUID

from portal.accounts.errors import ScopeMissing
from portal.accounts.identity import Caller
from portal.accounts.scopes import grants
from portal.accounts.smart_scopes import ResourceScope, resource_scopes
from portal.records.kinds import KINDS

# By action: the word of a personal access token.
SCOPES = {"read": "records.read", "write": "records.write", "export": "records.read"}
# By interaction: the letters of SMART scopes that it needs, all of them; else those of its action.
LETTERS = {"read": "r", "search": "s", "create": "c", "update": "u", "delete": "d", "find": "s"}
# The systems of FHIR's categories by which records are told apart.
SYSTEMS = frozenset(
    {
        "http://terminology.hl7.org/CodeSystem/observation-category",
        "http://terminology.hl7.org/CodeSystem/v2-0074",
    }
)
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


def restriction(type_name: str, word: str) -> str | None:
    """Our category that a scope's `category=word` names, or None if records cannot be told apart by it here.

    Where several FHIR categories fall into one of ours, a restriction to one of them would let in the others; and
    what names no category falls into that of its type.
    """
    kind, (system, _, code) = KINDS[type_name], word.rpartition("|")
    if system and system not in SYSTEMS:
        return None
    if code in kind.categories:
        return code
    ours = kind.by_code.get(code)
    alone = [name for name, to in kind.by_code.items() if to == ours] == [code]
    return ours if alone and ours != kind.category else None


def has_scope(caller: Caller, type_name: str, interaction: str) -> bool:
    """Whether the token reaches anything of that type, in anybody's record or in the directory."""
    return within_scopes(caller, type_name, "", person=None, action="read", interaction=interaction)


def require_scope(caller: Caller, type_name: str, interaction: str) -> None:
    """Raise ScopeMissing if the token reaches nothing of that type."""
    if not has_scope(caller, type_name, interaction):
        raise ScopeMissing(f"This token lacks the scope to {interaction} {type_name}. Get one that has it.")


def _within(scope: ResourceScope, type_name: str, category: str) -> bool:
    return not scope.category or restriction(type_name, scope.category) == category
