"""A replay as JSON lines, for an engine that is not ours: each schema and code once, then each decision on them.

    {"kind": "schema", "hash": ..., "cedar": text}
    {"kind": "code", "hash": ..., "cedar": text}
    {"kind": "decision", "index": ..., "schema": hash, "code": {layer: [hashes]}, "principal": ..., "action": ...,
     "context": ..., "entities": [...], "decisions": [{"permitted": ..., "layer": ..., "clauses": [...]}]}

A decision in which FHIR consents had a part has `"fhir": {"principal", "action", "context", "entities", "schema"}` too,
with which `code.fhir` is asked in the layer of the contracts: a failure fails, a deny wins.

One with `refusals` ({"contract": hashes, "fhir": hashes}) asks those of what the layer `emergency` permits, once with
the purpose BTG and once with ETREAT in place of the one stated. A deny by a clause of `refusing` is that layer's; its
clauses are those of `refusing` that any of the askings named. A failure fails.

Layers are asked in the order law, emergency, contract, base; the first that is not silent decides. Every set also
holds the policy `guard`. An error that Cedar reports, or a deny by the guard, is a deny of the layer `engine`.
"""

import json
from collections.abc import Mapping
from typing import Any, TextIO

from consent.compiler import SCHEMA_HASH, SCHEMA_TEXT
from consent.engine import FHIR, LAW, REFUSALS
from consent.fhir import compiling as fhir
from consent.history import History
from consent.policy_sets import GUARD, Code, standing_text

KEPT = ("principal", "action", "context", "entities", "decisions", "schema")


class Archive:
    """Writes decisions, and before each the codes that it needs and that were not written yet."""

    def __init__(self, file: TextIO, history: History) -> None:
        self._file, self._history = file, history
        self._written: set[str] = set()
        self._write_schema(SCHEMA_HASH, SCHEMA_TEXT)
        self._write({"kind": "code", "hash": GUARD, "cedar": standing_text(GUARD)})

    def take(self, index: int, subject: str | None, inputs: Mapping[str, Any]) -> None:
        """One decision; left out are those that cannot be executed elsewhere: broken, erased, or of another schema."""
        if inputs.get("broken") or inputs.get("schema") != SCHEMA_HASH or "decisions" not in inputs:
            return
        codes = self._codes(subject or "", inputs)
        cited = [key for keys in inputs["code"].values() for key in keys]
        if any(key not in codes for key in cited):
            return
        for key in cited:
            self._write_code(codes[key])
        said = {name: inputs[name] for name in KEPT}
        if FHIR in inputs:
            self._write_schema(fhir.SCHEMA_HASH, fhir.SCHEMA_TEXT)
            said[FHIR] = {**inputs[FHIR], "schema": fhir.SCHEMA_HASH}
        if REFUSALS in inputs["code"]:
            cited = [codes[key] for key in inputs["code"][REFUSALS]]
            said["refusing"] = [clause for code in cited for clause in code.refusing]
            said["refusals"] = {
                part: [code.hash for code in cited if code.fhir == (part == FHIR)]
                for part in ("contract", FHIR)
            }
        self._write({"kind": "decision", "index": index, "code": inputs["code"], **said})

    def _codes(self, subject: str, inputs: Mapping[str, Any]) -> dict[str, Code]:
        standing = [LAW, *filter(None, (self._history.emergency, self._history.base))]
        past = self._history.past(subject, inputs["epoch"])
        return {code.hash: code for code in standing} | {**past.codes, **past.restrictions}

    def _write_code(self, code: Code) -> None:
        if code.hash not in self._written:
            self._written.add(code.hash)
            self._write({"kind": "code", "hash": code.hash, "cedar": code.cedar})

    def _write_schema(self, key: str, text: str) -> None:
        if key not in self._written:
            self._written.add(key)
            self._write({"kind": "schema", "hash": key, "cedar": text})

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(line, separators=(",", ":")) + "\n")
