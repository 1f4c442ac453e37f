"""A replay as JSON lines, for an engine that is not ours: each schema and code once, then each decision on them.

    {"kind": "schema", "hash": ..., "cedar": text}
    {"kind": "code", "hash": ..., "cedar": text}
    {"kind": "decision", "index": ..., "schema": hash, "code": {layer: [hashes]}, "principal": ..., "action": ...,
     "context": ..., "entities": [...], "decisions": [{"permitted": ..., "layer": ..., "clauses": [...]}]}

Layers are asked in the order law, emergency, contract, base; the first that is not silent decides. Every set also
holds the policy `guard`. An error that Cedar reports, or a deny by the guard, is a deny of the layer `engine`.
"""

import json
from collections.abc import Mapping
from typing import Any, TextIO

from consent.compiler import SCHEMA_HASH, SCHEMA_TEXT
from consent.engine import EMERGENCY, LAW
from consent.history import History
from consent.policy_sets import GUARD, Code, standing_text

KEPT = ("principal", "action", "context", "entities", "decisions", "schema")


class Archive:
    """Writes decisions, and before each the codes that it needs and that were not written yet."""

    def __init__(self, file: TextIO, history: History) -> None:
        self._file, self._history = file, history
        self._written: set[str] = set()
        self._write({"kind": "schema", "hash": SCHEMA_HASH, "cedar": SCHEMA_TEXT})
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
        self._write({"kind": "decision", "index": index, "code": inputs["code"], **said})

    def _codes(self, subject: str, inputs: Mapping[str, Any]) -> dict[str, Code]:
        standing = [LAW, EMERGENCY, *([self._history.base] if self._history.base else [])]
        return {code.hash: code for code in standing} | dict(
            self._history.past(subject, inputs["epoch"]).codes
        )

    def _write_code(self, code: Code) -> None:
        if code.hash not in self._written:
            self._written.add(code.hash)
            self._write({"kind": "code", "hash": code.hash, "cedar": code.cedar})

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(line, separators=(",", ":")) + "\n")
