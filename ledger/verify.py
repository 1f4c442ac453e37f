"""Verify a receipt without the service: `python -m ledger.verify RECEIPT --vkey KEY [--policy FILE]`.

Needs `cryptography` and the standard library; no settings, no database, no network.
Exit status: 0 it holds, 1 it fails, 2 nothing could be concluded.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ledger.errors import FormatError, LedgerError
from ledger.note import parse_vkey
from ledger.policy import parse_policy
from ledger.receipt import Verdict, check_by, parse
from ledger.trust import Policy, flat_policy

HOLDS, FAILS, INCONCLUSIVE = 0, 1, 2
MAX_RECEIPT_BYTES = 64 * 1024 * 1024


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        content, policy = _read(options.receipt), _policy(options)
    except OSError as error:
        return _say("inconclusive", f"{error.filename} cannot be read: {error.strerror}.", INCONCLUSIVE)
    except LedgerError as error:
        return _say("inconclusive", str(error), INCONCLUSIVE)
    try:
        verdict = check_by(parse(_decode(content)), policy)
    except LedgerError as error:
        return _say("fails", str(error), FAILS)
    _show(verdict, reveal=options.reveal)
    if verdict.conclusive:
        return _say("holds", verdict.sentence, HOLDS)
    return _say("inconclusive", verdict.sentence, INCONCLUSIVE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ledger.verify",
        description="Verify a receipt (.tlog-proof) of the ledger, offline.",
        epilog="Exit status: 0 it holds, 1 it fails, 2 nothing could be concluded.",
    )
    parser.add_argument("receipt", metavar="RECEIPT", help="the file, or - for standard input")
    parser.add_argument(
        "--vkey",
        action="append",
        default=[],
        metavar="KEY",
        help="the log's verifier key, from a source that you trust: name+id+key",
    )
    parser.add_argument(
        "--witness",
        action="append",
        default=[],
        metavar="KEY",
        help="the verifier key of a witness that you trust; may be repeated",
    )
    parser.add_argument(
        "--quorum",
        type=int,
        metavar="N",
        help="how many of the witnesses must have cosigned; all of them, if it is not given",
    )
    parser.add_argument(
        "--policy",
        metavar="FILE",
        help="logs, witnesses and quorum in a file (c2sp.org/tlog-policy), instead of the three above",
    )
    parser.add_argument("--reveal", action="store_true", help="show the disclosed content, if there is some")
    return parser


def _policy(options: argparse.Namespace) -> Policy:
    """Whom the caller trusts. A policy file and single keys are not mixed: which of them would win?"""
    if options.policy is None:
        logs = [parse_vkey(key) for key in options.vkey]
        return flat_policy(logs, [parse_vkey(key) for key in options.witness], options.quorum)
    if options.vkey or options.witness or options.quorum is not None:
        raise FormatError("Give either --policy, or --vkey with --witness and --quorum.")
    return parse_policy(Path(options.policy).read_bytes())


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(MAX_RECEIPT_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(MAX_RECEIPT_BYTES + 1)


def _decode(content: bytes) -> str:
    if len(content) > MAX_RECEIPT_BYTES:
        raise FormatError("The file is too long for a receipt.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("A receipt is UTF-8 text.") from error


def _show(verdict: Verdict, *, reveal: bool) -> None:
    print(f"level: {verdict.level}")
    print(f"entry: {verdict.leaf.encode().decode('ascii')}")
    if reveal and verdict.audit is None:
        print("content: the receipt does not disclose it")
    elif reveal:
        # ASCII only: content must not be able to speak to the terminal in control sequences.
        print(f"content: {json.dumps(verdict.audit, indent=2)}")


def _say(outcome: str, sentence: str, status: int) -> int:
    """A sentence may quote names from the file, which are not to reach the terminal as control characters."""
    printable = "".join(letter if letter.isprintable() else "?" for letter in sentence)
    print(f"{outcome}: {printable}")
    return status


if __name__ == "__main__":
    sys.exit(main())
