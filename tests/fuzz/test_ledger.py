"""What strangers hand to the ledger's parsers, spoilt at random: each is read or refused with a sentence, at once."""

import base64
import binascii
import json
import os
import random
import time
from collections.abc import Callable
from typing import Any

from ledger.add_checkpoint import AddCheckpoint, parse_request
from ledger.canonical import parse_canonical
from ledger.checkpoint import open_checkpoint
from ledger.entry import parse_leaf
from ledger.errors import LedgerError
from ledger.note import parse_vkey
from ledger.policy import parse_policy
from ledger.promise import parse_promise
from ledger.publication import parse_publication
from ledger.receipt import check, parse
from ledger.tiles import decode_bundle, encode_bundle, parse_tile_path
from tests.ledger.small_log import CHECKPOINT, LEAVES, LOG, PROOF, REVEALING
from tests.ledger.test_policy import TEXT as POLICY

SLOWEST = 2.0
LONGEST = 1_000_000
PIECES = (
    b"\n",
    b"\n\n",
    b"\r\n",
    b" ",
    b"\x00",
    b"\xff",
    "— ".encode(),
    b"=",
    b"-1",
    b"1.5",
    b"9" * 5000,
    b"[" * 3000,
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    1.5,
    1e-7,
    2**53,
    10**400,
    "",
    "é",
    "x" * 5000,
    "AA==",
    [],
    {},
    {"ﬀ": 1, "\U0001f600": 2},
)

TARGETS: list[tuple[bytes, Callable[[bytes], object]]] = [
    (REVEALING.encode(), lambda given: check(parse(given.decode("utf-8", "replace")), [LOG.verifier])),
    (CHECKPOINT, lambda given: open_checkpoint(given, [LOG.verifier])),
    (AddCheckpoint(5, tuple(PROOF), CHECKPOINT).encode(), parse_request),
    (LEAVES[3].encode(), parse_leaf),
    (REVEALING.split("\n")[1].encode(), lambda given: parse_canonical(base64.b64decode(given[6:]))),
    (LOG.vkey.encode(), lambda given: parse_vkey(given.decode("utf-8", "replace"))),
    (POLICY.encode(), parse_policy),
    (b"tile/entries/x012/x345/678.p/255", lambda given: parse_tile_path(given.decode("utf-8", "replace"))),
    (encode_bundle([b"leaf"] * 5), lambda given: decode_bundle(given, 5)),
    (b"v1 a.example/l 0 0 0 a AAAA", lambda given: parse_promise(given.decode("utf-8", "replace"))),
    (b"a.example/l 2026-11-22 5 AAAA", lambda given: parse_publication(given.decode("utf-8", "replace"))),
]


def spoilt(chance: random.Random, content: bytes) -> bytes:
    """Cut, doubled, flipped, with something put in; lines exchanged."""
    made = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 5])):
        at, span = chance.randrange(len(made) + 1), chance.choice([1, 8, 200])
        match chance.randrange(5):
            case 0 if made:
                made[at % len(made)] ^= 1 << chance.randrange(8)
            case 1:
                del made[at : at + span]
            case 2:
                made[at:at] = made[at : at + span] * chance.choice([1, 100])
            case 3:
                made[at:at] = chance.choice(PIECES)
            case _:
                lines = bytes(made).split(b"\n")
                chance.shuffle(lines)
                made = bytearray(b"\n".join(lines))
    return bytes(made[:LONGEST])


def otherwise(chance: random.Random, value: Any) -> Any:
    """The same JSON with something else somewhere in it."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(sorted(value))
        return {**value, key: otherwise(chance, value[key])}
    return chance.choice(VALUES)


def with_other_extra(chance: random.Random) -> bytes:
    """A receipt whose unauthenticated line says something else, in whatever spelling."""
    lines = REVEALING.split("\n")
    extra = otherwise(chance, json.loads(base64.b64decode(lines[1][6:])))
    text = json.dumps(extra, sort_keys=True, separators=(",", ":"), ensure_ascii=chance.random() < 0.5)
    lines[1] = f"extra {base64.b64encode(text.encode()).decode()}"
    return "\n".join(lines).encode()


def test_what_is_spoilt_at_random_is_read_or_refused_at_once(seconds: int) -> None:
    seed = random.randrange(2**32) if "ASSENT_FUZZ_SECONDS" in os.environ else 1  # noqa: S311 - no secret
    chance, refused, end = random.Random(seed), 0, time.monotonic() + seconds  # noqa: S311
    while time.monotonic() < end:
        content, read = chance.choice(TARGETS)
        whole_receipt = content is TARGETS[0][0] and chance.random() < 0.5
        given = with_other_extra(chance) if whole_receipt else spoilt(chance, content)
        started = time.process_time()
        try:
            read(given)
        except (LedgerError, binascii.Error):
            refused += 1
        except Exception as error:
            raise AssertionError(f"seed {seed}: {given[:2000]!r}") from error
        assert time.process_time() - started < SLOWEST, (seed, given[:2000])
    assert refused > 100
