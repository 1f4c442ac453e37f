"""Policy files, c2sp.org/tlog-policy: which logs and witnesses somebody trusts, and what a quorum is.

log <vkey> [<url>]
witness <name> <vkey> [<url>]
group <name> all|any|<k> <member>...
quorum <name>|none
"""

import re

from ledger.encoding import parse_decimal
from ledger.errors import FormatError
from ledger.note import KnownKey, parse_vkey
from ledger.trust import Group, Policy, Quorum, witness_key

MAX_POLICY_BYTES = 1_000_000
NONE = "none"
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def parse_policy(content: bytes) -> Policy:
    """The policy in a file. Raises FormatError, which names the line."""
    # Bytes beyond ASCII are opaque in names and comments; Latin-1 keeps each as one letter.
    text = content.decode("latin-1")
    if len(content) > MAX_POLICY_BYTES or _FORBIDDEN.search(text) or (text and not text.endswith("\n")):
        raise FormatError("A policy is lines of text, each ended by a newline, without control characters.")
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), 1):
        words = [word for word in re.split(r"[ \t]+", line) if word]
        if words and not words[0].startswith("#"):
            try:
                reader.take(words)
            except FormatError as error:
                raise FormatError(f"Line {number} of the policy: {error}") from error
    return reader.policy()


class _Reader:
    """Line by line; a name must be defined before it is used, so that no group holds itself."""

    def __init__(self) -> None:
        self._logs: list[KnownKey] = []
        self._named: dict[str, Quorum] = {}
        self._members: set[str] = set()
        self._quorum: list[Quorum | None] = []

    def take(self, words: list[str]) -> None:
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                self._add_log(parse_vkey(_unicode(vkey)))
            case ["witness", name, vkey] | ["witness", name, vkey, _]:
                self._define(name, witness_key(_unicode(vkey)))
            case ["group", name, threshold, *members] if members:
                self._define(name, self._group(threshold, members))
            case ["quorum", name] if not self._quorum:
                self._quorum.append(None if name == NONE else self._find(name))
            case _:
                raise FormatError("it is no log, witness, group or the one quorum.")

    def policy(self) -> Policy:
        if not self._quorum:
            raise FormatError("A policy says what its quorum is, or `quorum none`.")
        return Policy(tuple(self._logs), self._quorum[0])

    def _add_log(self, key: KnownKey) -> None:
        if any(key.public_key == known.public_key for known in self._logs):
            raise FormatError("this log stands in it twice.")
        self._logs.append(key)

    def _define(self, name: str, meaning: Quorum) -> None:
        if name == NONE or name in self._named:
            raise FormatError("this name is taken.")
        known = [each.public_key for each in self._named.values() if not isinstance(each, Group)]
        if not isinstance(meaning, Group) and meaning.public_key in known:
            raise FormatError("this witness stands in it twice.")
        self._named[name] = meaning

    def _group(self, threshold: str, members: list[str]) -> Group:
        count = {"all": len(members), "any": 1}.get(threshold)
        least = parse_decimal(threshold, what="size of the group") if count is None else count
        if not 1 <= least <= len(members):
            raise FormatError("a group asks for at least one member, and for no more than it has.")
        found = tuple(self._find(member) for member in members)
        if len(set(members)) != len(members) or self._members & set(members):
            raise FormatError("a member may belong to one group, once.")
        self._members |= set(members)
        return Group(least, found)

    def _find(self, name: str) -> Quorum:
        if name not in self._named:
            raise FormatError("it uses a name that no line before it defines.")
        return self._named[name]


def _unicode(vkey: str) -> str:
    """The name of a key is text in UTF-8 (c2sp.org/signed-note), where the file's own names are bytes."""
    try:
        return vkey.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("the name of its key is not UTF-8.") from error
