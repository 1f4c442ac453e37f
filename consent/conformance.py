"""Decide the cases of a file and say which differ: `python -m consent.conformance FILE...`.

Needs `cedarpy` and the standard library; no settings, no database, no network. Each consent is read as FHIR, compiled
and decided by the engine that decides in service. A consent that is refused when it is read is named on standard
error, and denies the cases that it is part of: who cannot know what a patient said must not share (rule S15).
Exit status: 0 none differs, 1 some do, 2 the input is malformed.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from consent.errors import CasesMalformed, ConsentError
from consent.fhir.cases import Case, Refused, read_cases, read_consent
from consent.fhir.deciding import decide
from consent.in_force import Verdict
from consent.policy_sets import Code

SAME, DIFFERS, MALFORMED = 0, 1, 2


@dataclass(frozen=True)
class Outcome:
    """A case and how it was decided: by the engine, or denied because of the consents that were `refused`."""

    case: Case
    verdict: Verdict | None
    refused: tuple[Refused, ...] = ()

    @property
    def decision(self) -> str:
        return "permit" if self.verdict is not None and self.verdict.permitted else "deny"

    @property
    def differs(self) -> bool:
        """Whether the file says another answer."""
        return self.case.expected is not None and self.case.expected != self.decision

    @property
    def line(self) -> str:
        """What differs, and the clauses that decided."""
        why = f" ({self.case.why})" if self.case.why else ""
        return f"{self.case.id}: expected {self.case.expected}, decided {self.decision} by {self._by}{why}"

    @property
    def _by(self) -> str:
        if self.verdict is None:
            return "a consent that was refused"
        return ", ".join(self.verdict.clauses) or f"layer {self.verdict.layer}"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        outcomes = run(options.file, options.consents)
    except ConsentError as error:
        print(error, file=sys.stderr)
        return MALFORMED
    for refused in dict.fromkeys(refused for outcome in outcomes for refused in outcome.refused):
        print(refused.why, file=sys.stderr)
    differing = [outcome for outcome in outcomes if outcome.differs]
    report = sys.stderr if options.json else sys.stdout
    for outcome in differing:
        print(outcome.line.encode("ascii", "backslashreplace").decode(), file=report)
    print(f"{len(outcomes)} cases, {len(differing)} differ", file=report)
    if options.json:
        print(json.dumps({outcome.case.id: outcome.decision for outcome in outcomes}, indent=1))
    return DIFFERS if differing else SAME


def run(files: Sequence[Path], consents: Path | None = None) -> list[Outcome]:
    """Every case of the files, decided. Raises CasesMalformed, before anything is decided of that file."""
    outcomes: list[Outcome] = []
    compiled = lru_cache(maxsize=None)(read_consent)
    for file in files:
        folder = consents or file.parent / "consents"
        for case in read_cases(file):
            outcomes.append(_decided(case, [compiled(folder, name) for name in case.consents]))
    _check_ids([outcome.case.id for outcome in outcomes])
    return outcomes


def _decided(case: Case, consents: Sequence[Code | Refused]) -> Outcome:
    refused = tuple(consent for consent in consents if isinstance(consent, Refused))
    if refused:
        return Outcome(case, None, refused)
    return Outcome(case, decide([code for code in consents if isinstance(code, Code)], case.asked))


def _check_ids(ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise CasesMalformed(
                f"The case id {name!a} occurs twice, so an answer could not be told from another."
            )
        seen.add(name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m consent.conformance",
        description="Decide cases on FHIR R4 consents and print those that differ from what their file expects.",
        epilog="A consent that is refused when it is read is named on standard error and denies its cases. "
        "Exit status: 0 none differs, 1 some do, 2 a file is malformed or missing.",
    )
    parser.add_argument("file", metavar="FILE", nargs="+", type=Path, help="a JSON list of cases")
    parser.add_argument(
        "--consents", metavar="DIR", type=Path, help="the consents; by default in consents/ by the file"
    )
    parser.add_argument(
        "--json", action="store_true", help="print {id: decision}; the report goes to standard error"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
