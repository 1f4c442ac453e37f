"""Terms to Cedar: one clause whose text, sentence and schema are bound together by one hash.

What the patient signs is the text that runs; nothing is interpreted a second time. Only opaque ids and words of
the vocabulary reach the text, so there is nothing in it to escape.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import cedarpy

from consent import clauses, sentence, terms
from consent.errors import CodeRefused
from consent.terms import Terms
from ledger.canonical import canonical
from ledger.hashing import sha256

COMPILER = "assent-2"
HASHED = ("terms", "cedar", "schema", "compiler", "sentence", "language", "template")
"""What the hash of a contract covers."""
_SCHEMAS = Path(__file__).parent / "schemas"
SCHEMA_TEXT = (_SCHEMAS / f"{COMPILER}.cedarschema").read_text(encoding="ascii")
SCHEMA_HASH = sha256(SCHEMA_TEXT.encode("ascii")).hex()
FIRST = "assent-1"
FIRST_SCHEMA_HASH = sha256((_SCHEMAS / f"{FIRST}.cedarschema").read_bytes()).hex()
"""What contracts of the first compiler name. Their code runs under the new schema, which has all that theirs had."""


@dataclass(frozen=True)
class ContractCode:
    """A contract as it is stored, hashed and signed. `document` is the hashed value, `code_hash` lower-case hex."""

    code_hash: str
    cedar: str
    sentence: str
    document: Mapping[str, Any]


def compile_contract(agreed: Terms, *, person: UUID, display: sentence.Display) -> ContractCode:
    """The code of a contract over this person's records. Raises CodeRefused if Cedar does not accept it."""
    cedar, words = cedar_text(agreed, person=person), sentence.write(agreed, display)
    validate(cedar)
    document = {
        "terms": terms.to_json(agreed),
        "cedar": cedar,
        "schema": SCHEMA_HASH,
        "compiler": COMPILER,
        "sentence": words,
        "language": sentence.LANGUAGE,
        "template": sentence.TEMPLATE,
    }
    return ContractCode(code_hash(document), cedar, words, document)


def code_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of {terms, cedar, schema, compiler, sentence, language, template}, in hex."""
    return sha256(canonical(dict(document))).hex()


def cedar_text(agreed: Terms, *, person: UUID) -> str:
    """The one policy that these terms are. Cheap tests stand first: Cedar stops at the first that fails."""
    counter = counter_of(agreed, person=person) if agreed.counted else ""
    conditions = [*clauses.who(agreed), *clauses.what(agreed), *clauses.when(agreed, counter)]
    effect = "permit" if agreed.effect == "permit" else "forbid"
    lines = " &&\n  ".join(conditions)
    return (
        f'@id("1")\n{effect} (\n  {clauses.principal(agreed)},\n  {_actions(agreed.actions)},\n'
        f'  resource in Patient::"{person}"\n)\nwhen {{\n  {lines}\n}};\n'
    )


def counter_of(agreed: Terms, *, person: UUID) -> str:
    """The name under which the code of these terms looks up how often it was used."""
    return sha256(canonical({"person": str(person), "terms": terms.to_json(agreed)})).hex()


def validate(cedar: str) -> None:
    """Refuse text that Cedar's own validator does not pass against the schema."""
    result = cedarpy.validate_policies(cedar, schema())
    if not result.validation_passed:
        raise CodeRefused("The compiled contract does not validate, so it was not made. This is our fault.")


@cache
def schema() -> cedarpy.Schema:
    """The schema, parsed once."""
    return cedarpy.Schema.from_str(SCHEMA_TEXT)


def _actions(actions: Collection[str]) -> str:
    names = [f'Action::"{name}"' for name in actions]
    return f"action == {names[0]}" if len(names) == 1 else f"action in [{', '.join(names)}]"
