"""The second engine: Cedar's WebAssembly build under Node, in one process for a whole archive."""

import json
import subprocess
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from consent.in_force import Verdict
from consent.policy_sets import GUARD, Code, standing_text
from consent.replay import outcome

HERE = Path(__file__).resolve().parent.parent / "javascript"


def replay(*files: Path) -> dict[str, Any]:
    """What the other engine found of archives: {"cedar", "decisions", "differ"}."""
    done = subprocess.run(
        ["node", "replay.mjs", *map(str, files)], cwd=HERE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class Cases:
    """An archive of cases that no log holds: written as `consent.archive` does, with any schema."""

    def __init__(self, file: TextIO, schema: str, schema_hash: str) -> None:
        self._file, self._schema = file, schema_hash
        self._written: set[str] = set()
        self.count = 0
        self._write({"kind": "schema", "hash": schema_hash, "cedar": schema})
        self._write({"kind": "code", "hash": GUARD, "cedar": standing_text(GUARD)})

    def take(
        self, inputs: Mapping[str, Any], codes: Mapping[str, Sequence[Code]], verdicts: Collection[Verdict]
    ) -> None:
        """One case: what was asked, under which codes, and what our engine said."""
        for code in (code for layer in codes.values() for code in layer):
            if code.hash not in self._written:
                self._written.add(code.hash)
                self._write({"kind": "code", "hash": code.hash, "cedar": code.cedar})
        asked = {name: inputs[name] for name in ("principal", "action", "context", "entities")}
        hashes = {layer: [code.hash for code in codes[layer]] for layer in codes}
        decisions = [outcome(verdict) for verdict in verdicts]
        line = {"kind": "decision", "index": self.count, "schema": self._schema, "code": hashes}
        self._write(line | asked | {"decisions": decisions})
        self.count += 1

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
