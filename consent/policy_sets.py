"""Parsed Cedar sets, kept by content hash: parsing costs a hundred times what deciding does.

cedarpy names the policies of a text by position. Loaded as JSON under our own ids (`<code hash>:<clause>`) they
are cited by name, and the same JSON runs in cedar-wasm.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import cedarpy

from consent.compiler import FIRST, FIRST_SCHEMA_HASH
from consent.errors import CodeRefused
from ledger.canonical import canonical
from ledger.hashing import sha256

GUARD = "guard"
_KEPT = 2048
# Keyed by the hashes alone: an lru_cache would call our own __hash__ for each code of each decision.
_PARSED: dict[tuple[str, ...], cedarpy.PolicySet | None] = {(): None}
_TEXTS = Path(__file__).parent / "policies"


@dataclass(frozen=True)
class Code:
    """Policy text under its content hash. Equal hashes are equal codes.

    `fhir`: it was a FHIR Consent, and speaks its language (`consent.fhir`). `refusing`: the ids of its clauses that
    refuse emergency access (`consent.refusals`).
    """

    hash: str
    cedar: str = field(compare=False, repr=False)
    fhir: bool = field(default=False, compare=False, repr=False)
    refusing: tuple[str, ...] = field(default=(), compare=False, repr=False)


def standing_code(layer: str, cedar: str) -> Code:
    """Code of the node or a tenant rather than of a contract, hashed with its layer, schema and compiler.

    Those are the first ones, under which the texts were written: a newer compiler of contracts does not change them.
    """
    content = {"layer": layer, "cedar": cedar, "schema": FIRST_SCHEMA_HASH, "compiler": FIRST}
    return Code(sha256(canonical(content)).hex(), cedar)


@cache
def standing_text(name: str) -> str:
    """A policy text of the repository, such as `law` or `base-deny`."""
    return (_TEXTS / f"{name}.cedar").read_text(encoding="ascii")


@lru_cache(maxsize=16384)
def clauses(code: Code) -> Mapping[str, Any]:
    """The policies of a code in Cedar's JSON form, under their clause ids."""
    try:
        parsed = json.loads(cedarpy.policies_to_json_str(code.cedar))
    except ValueError as error:
        raise CodeRefused("The code of a contract cannot be read, so nothing is decided by it.") from error
    if parsed.get("templates") or parsed.get("templateLinks"):
        raise CodeRefused("The code of a contract holds a template, which no contract has.")
    return _rekeyed(code.hash, parsed["staticPolicies"].values())


def policy_set(codes: Sequence[Code]) -> cedarpy.PolicySet | None:
    """The parsed set of these codes and the guard, None if they say nothing. Give them in the order of their hashes."""
    key = tuple([code.hash for code in codes])
    try:
        return _PARSED[key]
    except KeyError:
        found = _parse(codes)
    if len(_PARSED) >= _KEPT:
        _PARSED.pop(next(iter(_PARSED)), None)
    _PARSED[key] = found
    return found


def _parse(codes: Sequence[Code]) -> cedarpy.PolicySet | None:
    policies = {clause: policy for code in codes for clause, policy in clauses(code).items()}
    if not policies:
        return None
    policies.update(_guard())
    content = json.dumps({"staticPolicies": policies, "templates": {}, "templateLinks": []})
    try:
        return cedarpy.PolicySet.from_json_str(content)
    except ValueError as error:
        raise CodeRefused("Contracts cannot be loaded together, so nothing is decided by them.") from error


@cache
def _guard() -> Mapping[str, Any]:
    (policy,) = clauses(Code(GUARD, standing_text(GUARD))).values()
    return {GUARD: policy}


def _rekeyed(code_hash: str, policies: Iterable[dict[str, Any]]) -> dict[str, Any]:
    keyed: dict[str, Any] = {}
    for policy in policies:
        name = policy.get("annotations", {}).get("id")
        clause = f"{code_hash}:{name}"
        if not name or clause in keyed:
            raise CodeRefused("Each clause of a contract needs an id of its own.")
        keyed[clause] = policy
    return keyed
