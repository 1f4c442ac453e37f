"""SMART App Launch 2.2 scopes, what they say and what they reach. Pure.

    patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory

The letters stand in the order c r u d s (create, read, update, delete, search). The forms of version 1 (`.read`,
`.write`, `.*`) are understood as `.rs`, `.cud` and `.cruds`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

LETTERS = "cruds"
CONTEXTS = ("patient", "user", "system")
# What an app may ask for beside resources.
LAUNCH = frozenset({"launch", "launch/patient"})
IDENTITY = frozenset({"openid", "fhirUser", "profile"})
LASTING = frozenset({"offline_access", "online_access"})
_VERSION_1 = {"read": "rs", "write": "cud", "*": LETTERS}
_SCOPE = re.compile(
    r"(?P<context>patient|user|system)/(?P<type>\*|[A-Z][A-Za-z]{0,63})\."
    r"(?P<letters>read|write|\*|c?r?u?d?s?)(?:\?category=(?P<category>[^\s&=?#\"\\]{1,300}))?\Z"
)


@dataclass(frozen=True, slots=True)
class ResourceScope:
    """One scope. `type` is `*` for all; `category` is the one FHIR category that it is restricted to, or ""."""

    context: str
    type: str
    letters: str
    category: str = ""

    def covers(self, other: "ResourceScope") -> bool:
        """Whether whoever may have this scope may have the other one."""
        return (
            self.context == other.context
            and self.type in ("*", other.type)
            and set(other.letters) <= set(self.letters)
            and self.category in ("", other.category)
        )


@lru_cache(maxsize=1024)
def parse(text: str) -> ResourceScope | None:
    """The scope over resources that a word is, or None if it is none."""
    found = _SCOPE.match(text)
    if found is None or not found["letters"]:
        return None
    letters = _VERSION_1.get(found["letters"], found["letters"])
    return ResourceScope(found["context"], found["type"], letters, found["category"] or "")


def resource_scopes(words: Iterable[str]) -> list[ResourceScope]:
    """Those of the words that are scopes over resources."""
    return [scope for word in words if (scope := parse(word))]


def may_ask(cap: Iterable[str], word: str) -> bool:
    """Whether an app that may have the scopes of `cap` may ask for this one."""
    allowed = set(cap)
    wanted = parse(word)
    if wanted is None:
        return word in allowed and word in LAUNCH | IDENTITY | LASTING
    return any(scope.covers(wanted) for scope in resource_scopes(allowed))
