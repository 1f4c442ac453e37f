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

from consent import instants, sentence, terms, vocabulary
from consent.errors import CodeRefused
from consent.terms import Terms
from ledger.canonical import canonical
from ledger.hashing import sha256

COMPILER = "assent-1"
HASHED = ("terms", "cedar", "schema", "compiler", "sentence", "language", "template")
"""What the hash of a contract covers."""
SCHEMA_TEXT = (Path(__file__).parent / "schema.cedarschema").read_text(encoding="ascii")
SCHEMA_HASH = sha256(SCHEMA_TEXT.encode("ascii")).hex()


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
    conditions = [*_who(agreed), *_what(agreed), *_when(agreed)]
    effect = "permit" if agreed.effect == "permit" else "forbid"
    lines = " &&\n  ".join(conditions)
    return (
        f'@id("1")\n{effect} (\n  {_principal(agreed)},\n  {_actions(agreed.actions)},\n'
        f'  resource in Patient::"{person}"\n)\nwhen {{\n  {lines}\n}};\n'
    )


def validate(cedar: str) -> None:
    """Refuse text that Cedar's own validator does not pass against the schema."""
    result = cedarpy.validate_policies(cedar, schema())
    if not result.validation_passed:
        raise CodeRefused("The compiled contract does not validate, so it was not made. This is our fault.")


@cache
def schema() -> cedarpy.Schema:
    """The schema, parsed once."""
    return cedarpy.Schema.from_str(SCHEMA_TEXT)


def _principal(agreed: Terms) -> str:
    if agreed.grantee.kind == "organisation":
        return f'principal in Organisation::"{agreed.grantee.id}"'
    return f'principal == User::"{agreed.grantee.id}"'


def _actions(actions: Collection[str]) -> str:
    names = [f'Action::"{name}"' for name in actions]
    return f"action == {names[0]}" if len(names) == 1 else f"action in [{', '.join(names)}]"


def _who(agreed: Terms) -> list[str]:
    conditions = []
    if agreed.effect == "permit":
        role = "guardian" if agreed.grantee.kind == "person" else "clinician"
        conditions.append(f'context.role == "{role}"')
    if agreed.grantee.organisation is not None:
        conditions.append(f'principal in Organisation::"{agreed.grantee.organisation}"')
    if agreed.strong and agreed.effect == "permit":
        conditions.append("context.strong")
    return conditions


def _what(agreed: Terms) -> list[str]:
    return [
        _one_of("resource.category", agreed.categories),
        f'resource.custodian == Organisation::"{agreed.custodian}"',
        *(_reach(agreed.sensitivity) if agreed.effect == "permit" else _aim(agreed.sensitivity)),
    ]


def _when(agreed: Terms) -> list[str]:
    conditions = [
        _one_of("context.purpose", agreed.purposes),
        f"context.now < {instants.microseconds(agreed.ends)}",
    ]
    if agreed.starts is not None:
        conditions.append(f"context.now >= {instants.microseconds(agreed.starts)}")
    return conditions


def _reach(named: Collection[str]) -> list[str]:
    """Labels of a permit: each sensitivity that the record bears is named, and its level is.

    Naming a sensitivity names the restricted records that bear it (they are R for its sake), not other
    restricted ones. One unnamed sensitivity keeps a record closed, whatever else is named.
    """
    ceiling = max([vocabulary.LEVELS[code] for code in named if code in vocabulary.LEVELS], default=3)
    reached = vocabulary.covered(named)
    if not reached:
        return [f"resource.level <= {ceiling}", "resource.sens.isEmpty()"]
    borne = f"{_literal(reached)}.containsAll(resource.sens)"
    if ceiling > 3:
        return [f"resource.level <= {ceiling}", borne]
    return ["(resource.level <= 3 || (resource.level == 4 && !resource.sens.isEmpty()))", borne]


def _aim(named: Collection[str]) -> list[str]:
    """Labels of a refusal: any one that it names is enough, and a level covers those above (rule S11)."""
    if not named:
        return []
    hits = [f"resource.level >= {vocabulary.LEVELS[code]}" for code in named if code in vocabulary.LEVELS]
    if reached := vocabulary.covered(named):
        hits.append(f"{_literal(reached)}.containsAny(resource.sens)")
    return [f"({' || '.join(hits)})"]


def _one_of(attribute: str, words: Collection[str]) -> str:
    return (
        f'{attribute} == "{next(iter(words))}"'
        if len(words) == 1
        else f"{_literal(words)}.contains({attribute})"
    )


def _literal(words: Collection[str]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"
