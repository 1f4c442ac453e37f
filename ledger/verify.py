"""Verify a receipt, an archive, a proof of completeness or a whole log: `python -m ledger.verify FILE --vkey KEY`.

Needs `cryptography` and the standard library; no settings, no database, and no network unless a log is named by its
address: `python -m ledger.verify https://assent.example/log/st-mary --vkey KEY`.
Exit status: 0 it holds, 1 it fails, 2 nothing could be concluded.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from io import BufferedReader
from pathlib import Path
from typing import cast

from cryptography import x509

from ledger import completeness
from ledger.entry import Leaf
from ledger.errors import AnotherLog, FormatError, LedgerError, LogUnreachable
from ledger.evidence.check import check as check_archive
from ledger.evidence.check import describe
from ledger.evidence.dating import dated
from ledger.note import parse_vkey
from ledger.policy import parse_policy
from ledger.publication import parse_publication
from ledger.reading import read_log
from ledger.receipt import check_by, parse
from ledger.remote import remote_log
from ledger.timestamp import parse_roots
from ledger.trust import Policy, flat_policy, open_trusted, witness_key

HOLDS, FAILS, INCONCLUSIVE = 0, 1, 2
MAX_RECEIPT_BYTES = 64 * 1024 * 1024

REPEATED = {
    "--vkey": ("KEY", "the log's verifier key, from a source that you trust: name+id+key"),
    "--witness": ("KEY", "the verifier key of a witness that you trust; may be repeated"),
    "--publication": ("LINE", "a line that was printed: origin, day, size and root; needs no key"),
    "--tsa-root": (
        "FILE",
        "root certificates (PEM) of timestamping authorities that you trust, for an archive",
    ),
    "--checkpoint": (
        "FILE",
        "of a log: a checkpoint that you kept, which it must still contain; may be repeated",
    ),
}
SINGLE = {
    "--quorum": ("N", "how many of the witnesses must have cosigned; all of them, if it is not given"),
    "--policy": ("FILE", "logs, witnesses and quorum in a file (c2sp.org/tlog-policy), instead of keys"),
    "--token-file": ("FILE", "of a log: an auditor's access token, to read its entries too"),
}

Said = tuple[bool, str]
"""Whether something can be concluded, and the sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        policy = _policy(options)
        if options.file.startswith(("https://", "http://")):
            return _verify_log(options, policy)
        if options.token_file or options.checkpoint:
            raise FormatError("--token-file and --checkpoint are for a log at its address, not for a file.")
        with _open(options.file) as file:
            return _verify(file, policy, options)
    except OSError as error:
        return _say(
            "inconclusive",
            f"{error.filename or options.file} cannot be read: {error.strerror}.",
            INCONCLUSIVE,
        )
    except LedgerError as error:
        return _say("inconclusive", str(error), INCONCLUSIVE)


def _verify(file: BufferedReader, policy: Policy, options: argparse.Namespace) -> int:
    """By what the file begins with: an archive, a proof of completeness, or a receipt."""
    start = file.peek(2)[:2]
    face = _archive if start == b"PK" else _complete if start.startswith(b"{") else _receipt
    try:
        conclusive, sentence = face(file, policy, options)
    except LedgerError as error:
        return _say("fails", str(error), FAILS)
    if conclusive:
        return _say("holds", sentence, HOLDS)
    return _say("inconclusive", sentence, INCONCLUSIVE)


def _verify_log(options: argparse.Namespace, policy: Policy) -> int:
    """Read it from its first tile to its last. What cannot be read is no proof against it."""
    token = Path(options.token_file).read_text("latin-1").strip() if options.token_file else ""
    kept = [Path(name).read_bytes() for name in options.checkpoint]
    for note in kept:  # what its key never signed says nothing about the log
        open_trusted(note, replace(policy, publications=()))
    try:
        with remote_log(options.file, token=token) as fetch:
            found = read_log(fetch, policy, entries=bool(token), earlier=kept)
    except (LogUnreachable, AnotherLog) as error:
        return _say("inconclusive", str(error), INCONCLUSIVE)
    except LedgerError as error:
        return _say("fails", str(error), FAILS)
    print(f"level: {found.trusted.level}")
    if found.trusted.conclusive:
        return _say("holds", found.sentence, HOLDS)
    return _say("inconclusive", found.sentence, INCONCLUSIVE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ledger.verify",
        description="Verify a receipt (.tlog-proof), an evidence archive or a proof of completeness, offline;"
        " or a whole log at its address.",
        epilog="Exit status: 0 it holds, 1 it fails, 2 nothing could be concluded.",
    )
    parser.add_argument(
        "file", metavar="FILE", help="the file, - for standard input, or the address of a log"
    )
    for name, (metavar, sentence) in REPEATED.items():
        parser.add_argument(name, action="append", default=[], metavar=metavar, help=sentence)
    for name, (metavar, sentence) in SINGLE.items():
        parser.add_argument(name, type=int if metavar == "N" else str, metavar=metavar, help=sentence)
    parser.add_argument("--reveal", action="store_true", help="show the disclosed content, if there is some")
    return parser


def _policy(options: argparse.Namespace) -> Policy:
    """Whom and what the caller trusts."""
    printed = tuple(parse_publication(line).checkpoint for line in options.publication)
    return replace(_keys(options), publications=printed)


def _keys(options: argparse.Namespace) -> Policy:
    """Of logs and witnesses. A policy file and single keys are not mixed: which of them would win?"""
    if options.policy is None:
        logs = [parse_vkey(key) for key in options.vkey]
        return flat_policy(logs, [witness_key(key) for key in options.witness], options.quorum)
    if options.vkey or options.witness or options.quorum is not None:
        raise FormatError("Give either --policy, or --vkey with --witness and --quorum.")
    return parse_policy(Path(options.policy).read_bytes())


def _open(name: str) -> BufferedReader:
    return cast("BufferedReader", sys.stdin.buffer) if name == "-" else Path(name).open("rb")


def _read(file: BufferedReader) -> bytes:
    content = file.read(MAX_RECEIPT_BYTES + 1)
    if len(content) > MAX_RECEIPT_BYTES:
        raise FormatError("The file is too long for a receipt or a proof of completeness.")
    return content


def _receipt(file: BufferedReader, policy: Policy, options: argparse.Namespace) -> Said:
    try:
        text = _read(file).decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("A receipt is UTF-8 text.") from error
    verdict = check_by(parse(text), policy)
    print(f"level: {verdict.level}")
    print(f"entry: {verdict.leaf.encode().decode('ascii')}")
    if options.reveal and verdict.audit is None:
        print("content: the receipt does not disclose it")
    elif options.reveal:
        # ASCII only: content must not be able to speak to the terminal in control sequences.
        print(f"content: {json.dumps(verdict.audit, indent=2)}")
    return verdict.conclusive, verdict.sentence


def _complete(file: BufferedReader, policy: Policy, options: argparse.Namespace) -> Said:
    found = completeness.check(completeness.parse(_read(file)), policy)
    print(f"level: {found.verdict.level}")
    for leaf in found.leaves if options.reveal else ():
        print(f"entry: {describe(leaf, None)}")
    conclusive = found.verdict.conclusive
    return conclusive, found.sentence if conclusive else found.verdict.sentence


def _archive(file: BufferedReader, policy: Policy, options: argparse.Namespace) -> Said:
    def show(leaf: Leaf, audit: object) -> None:
        if options.reveal:
            print(f"entry: {describe(leaf, audit)}")

    found = check_archive(file, policy, show=show)
    timestamps = list(dated(found.anchors, _roots(options)))
    for each in timestamps:
        print(f"timestamp: {_printable(each.sentence)}")
    print(f"level: {found.trusted.level}")
    print(f"disclosed: {found.disclosed} of {found.scope.end - found.scope.first} entries")
    if options.tsa_root and not any(each.holds for each in timestamps):
        return False, f"{found.sentence} But no timestamp in it holds by the given roots."
    return found.conclusive, found.sentence


def _roots(options: argparse.Namespace) -> list[x509.Certificate]:
    return [root for name in options.tsa_root for root in parse_roots(Path(name).read_bytes())]


def _say(outcome: str, sentence: str, status: int) -> int:
    print(f"{outcome}: {_printable(sentence)}")
    return status


def _printable(sentence: str) -> str:
    """A sentence may quote names from the file, which are not to reach the terminal as control characters."""
    return "".join(letter if letter.isprintable() else "?" for letter in sentence)


if __name__ == "__main__":
    sys.exit(main())
