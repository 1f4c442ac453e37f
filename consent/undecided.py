"""Accesses that no contract decides, so that they are entered without evidence.

Each is known by the very form in which the floor above enters it: nothing else passes for one of them.
"""

from collections.abc import Mapping
from typing import Any

_PERMITTED = {"decision": "permitted"}
_WRITTEN = frozenset({"record.created", "record.updated", "record.deleted"})
_FOUND = {
    "action": "find",
    "categories": ["demographics"],
    "layer": "base",
    "code": "found",
    "contract": None,
}
_SHAPES: Mapping[str, tuple[frozenset[str], bool, Mapping[str, Any]]] = {
    # To look for who is registered here, to register somebody, and to keep the directory.
    "find": (frozenset({"access.permitted"}), True, {**_PERMITTED, **_FOUND, "decided": []}),
    "register": (_WRITTEN, True, {**_PERMITTED, "action": "write", "layer": "base", "contract": None}),
    "keep": (_WRITTEN, False, {**_PERMITTED, "action": "write", "purpose": None}),
}
"""By interaction: the types of its entries, whether they are about a person, and what they say."""


def is_undecided(kind: str, subject: str | None, audit: Mapping[str, Any]) -> bool:
    """Whether an entry of this type of access is one that no decision made, nor ought to have."""
    if kind == "access.emergency":
        return (
            "session" in audit and "interaction" not in audit
        )  # the opening, which permits nothing by itself
    if audit.get("interaction") not in _SHAPES:
        return False
    kinds, personal, said = _SHAPES[audit["interaction"]]
    alike = all(name in audit and audit[name] == value for name, value in said.items())
    return kind in kinds and (subject is not None) == personal and alike and not audit.get("decided")
