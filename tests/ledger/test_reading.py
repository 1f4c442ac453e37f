"""`python -m ledger.verify URL`: a log that is read in full, and every way in which it may not hold."""

import gzip
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.cosignature import CosignatureSigner
from ledger.entry import Leaf
from ledger.errors import FormatError, LedgerError, ProofError
from ledger.hashing import NO_HASH
from ledger.note import Ed25519Signer, Signer
from ledger.reading import read_log
from ledger.tiles import Tile, encode_bundle, tile_width
from ledger.tree import root
from ledger.trust import Level, Policy, flat_policy
from tests.ledger.small_log import LOG, STRANGER, a_leaf
from tests.ledger.test_verify import run

Files = dict[str, bytes]
WITNESS = CosignatureSigner.generate("witness.example")
SIZE = 600


def chained(count: int) -> list[Leaf]:
    leaves: list[Leaf] = []
    for index in range(count):
        leaf = a_leaf(index % 60, leaves[-1].hash() if leaves else NO_HASH)
        leaves.append(
            replaced(leaf, index=index, subject_index=index, time=leaves[-1].time if leaves else leaf.time)
        )
    return leaves


def replaced(leaf: Leaf, **changes: object) -> Leaf:
    from dataclasses import replace

    return replace(leaf, **changes)  # type: ignore[arg-type]


def files_of(leaves: list[Leaf], *signers: Signer, size: int | None = None) -> Files:
    """Everything that a log of these entries serves."""
    size = len(leaves) if size is None else size
    hashes = [leaf.hash() for leaf in leaves[:size]]
    files = {"checkpoint": sign_checkpoint(Checkpoint(LOG.name, size, root(hashes)), signers or [LOG])}
    level = 0
    while hashes:
        for index in range((len(hashes) + 255) // 256):
            width = tile_width(level, index, size)
            part = hashes[256 * index : 256 * index + width]
            files[Tile(level, index, width).path()] = b"".join(part)
            if level == 0:
                entries = [leaf.encode() for leaf in leaves[256 * index : 256 * index + width]]
                files[Tile(None, index, width).path()] = encode_bundle(entries)
        full = len(hashes) - len(hashes) % 256
        hashes = [root(hashes[at : at + 256]) for at in range(0, full, 256)]
        level += 1
    return files


LEAVES = chained(SIZE)
FILES = files_of(LEAVES)
POLICY = Policy((LOG.verifier,))


def read(files: Files, *, policy: Policy = POLICY, earlier: list[bytes] | None = None) -> str:
    return read_log(files.__getitem__, policy, entries=True, earlier=earlier or []).sentence


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 600])
def test_a_log_of_any_size_is_read_to_its_end(size: int) -> None:
    asked: list[str] = []
    files = files_of(LEAVES[:size])

    def fetch(path: str) -> bytes:
        asked.append(path)
        return files[path]

    found = read_log(fetch, POLICY, entries=True)
    assert (found.trusted.level, found.trusted.checkpoint.size) == (Level.LOG_KEY, size)
    assert sorted(asked) == sorted(files)


def test_the_level_is_said_and_a_missing_quorum_too() -> None:
    policy = flat_policy([LOG.verifier], [WITNESS.verifier])
    cosigned = read_log(files_of(LEAVES, LOG, WITNESS).__getitem__, policy, entries=False)
    assert (cosigned.trusted.level, cosigned.trusted.conclusive) == (Level.QUORUM, True)
    assert not read_log(FILES.__getitem__, policy, entries=False).trusted.conclusive
    assert not read_log(FILES.__getitem__, Policy(), entries=False).trusted.conclusive


@pytest.mark.parametrize("path", sorted(FILES))
def test_a_file_with_a_flipped_bit_cut_or_lengthened_is_refused(path: str) -> None:
    content = FILES[path]
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 4
    for changed in (bytes(flipped), content[:-1], content + b"\0", b""):
        with pytest.raises((LedgerError, KeyError)):
            read({**FILES, path: changed})


def test_a_log_that_another_key_signed_is_refused() -> None:
    with pytest.raises(ProofError):
        read(files_of(LEAVES, STRANGER))


BROKEN: list[Callable[[Leaf], Leaf]] = [
    lambda leaf: replaced(leaf, prev=bytes(32)),
    lambda leaf: replaced(leaf, index=leaf.index + 1),
    lambda leaf: replaced(leaf, log="assent.example/log/other"),
    lambda leaf: replaced(leaf, subject_index=leaf.index + 1),
    lambda leaf: replaced(leaf, subject_prev=bytes(32)),
    lambda leaf: replaced(leaf, time=leaf.time.replace(year=2020)),
]


@pytest.mark.parametrize("change", BROKEN, ids=["prev", "index", "log", "count", "before", "time"])
def test_entries_that_are_in_the_tree_and_break_a_chain_are_refused(change: Callable[[Leaf], Leaf]) -> None:
    leaves = [*LEAVES[:300], change(LEAVES[300])]
    with pytest.raises(ProofError, match="300"):
        read(files_of(leaves))
    assert read_log(files_of(leaves).__getitem__, POLICY, entries=False).trusted.conclusive


@pytest.mark.parametrize("size", [0, 1, 256, 300, 600])
def test_a_log_contains_each_checkpoint_that_was_kept(size: int) -> None:
    kept = files_of(LEAVES, size=size)["checkpoint"]
    assert read(FILES, earlier=[kept, FILES["checkpoint"]]).endswith(f"what you kept: {size}, 600 entries.")


def test_a_log_that_shrank_or_was_rewritten_is_refused() -> None:
    rewritten = files_of([*LEAVES[:100], replaced(LEAVES[100], actor="2c" * 20)])["checkpoint"]
    with pytest.raises(ProofError, match="shrank"):
        read(files_of(LEAVES, size=300), earlier=[FILES["checkpoint"]])
    with pytest.raises(ProofError, match="rewritten"):
        read(FILES, earlier=[rewritten])


def test_a_kept_checkpoint_of_another_log_is_refused() -> None:
    other = sign_checkpoint(Checkpoint(STRANGER.name + "x", 0, root([])), [LOG])
    with pytest.raises((FormatError, ProofError)):
        read(FILES, earlier=[other])


@contextmanager
def serving(
    files: Files,
    *,
    token: str = "right",  # noqa: S107
    status: int = 404,
    coding: str = "",
) -> Iterator[str]:
    """A tile log as a folder of files, whose entries ask for a token. `coding`: what it says its files are in."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.removeprefix("/log/small/")
            entries = path.startswith("tile/entries/")
            sent = self.headers.get("Authorization", "")
            assert entries or not sent
            found = path in files and (not entries or sent == f"Bearer {token}")
            content = files[path] if found else b"no\n"
            self.send_response(200 if found else status)
            self.send_header("Content-Length", str(len(content)))
            if coding:
                self.send_header("Content-Encoding", coding)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/log/small/"
        finally:
            server.shutdown()
            thread.join()


def outcome(done: subprocess.CompletedProcess[str]) -> tuple[int, str]:
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()[-1].partition(":")[0]


def test_the_command_reads_a_log_at_its_address(tmp_path: Path) -> None:
    right, wrong, kept = (tmp_path / name for name in ("right", "wrong", "kept"))
    right.write_text("right\n")
    wrong.write_text("wrong\n")
    kept.write_bytes(FILES["checkpoint"])
    with serving(FILES) as url:
        tiles = run(url, "--vkey", LOG.vkey)
        entries = run(url, "--vkey", LOG.vkey, "--token-file", str(right), "--checkpoint", str(kept))
        unread = run(url, "--vkey", LOG.vkey, "--token-file", str(wrong))
        unkeyed = run(url)
    assert [outcome(each) for each in (tiles, entries, unread, unkeyed)] == [
        (0, "holds"), (0, "holds"), (2, "inconclusive"), (2, "inconclusive"),
    ]  # fmt: skip
    assert tiles.stdout.splitlines()[0] == "level: log key"
    assert "Every entry and every tile" in entries.stdout


def test_a_log_may_send_gzip_of_no_more_than_a_file_of_a_log_can_be(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("right\n")
    packed = {path: gzip.compress(content) for path, content in FILES.items()}
    bomb = packed | {"tile/0/001": gzip.compress(bytes(32_000_000))}
    cut = packed | {"tile/0/001": packed["tile/0/001"][:-9]}
    told = []
    for files in (packed, bomb, cut, FILES):
        with serving(files, coding="gzip") as url:
            told.append(run(url, "--vkey", LOG.vkey, "--token-file", str(token)))
    assert [outcome(each) for each in told] == [(0, "holds"), *[(1, "fails")] * 3]
    assert "longer than any file of a log" in told[1].stdout
    assert "tile/0/001 is not the gzip that the log says it is" in told[2].stdout


def test_a_partial_tile_that_gave_way_to_the_full_one_is_read_from_that() -> None:
    grown = files_of([*LEAVES, *LEAVES[:168]])
    gone = f"tile/0/002.p/{SIZE % 256}"

    def fetch(path: str, *, full: bytes = grown["tile/0/002"]) -> bytes:
        if path == gone or (path == "tile/0/002" and not full):
            raise ProofError(f"no {path}")
        return full if path == "tile/0/002" else FILES[path]

    assert read_log(fetch, POLICY, entries=False).trusted.conclusive
    with pytest.raises(ProofError, match=gone):
        read_log(lambda path: fetch(path, full=b""), POLICY, entries=False)
    with pytest.raises(ProofError, match="do not lead to the root"):
        read_log(lambda path: fetch(path, full=bytes(8192)), POLICY, entries=False)


@pytest.mark.parametrize(
    ("files", "status", "expected"),
    [
        ({**FILES, "tile/0/001": bytes(8192)}, 404, (1, "fails")),
        ({path: content for path, content in FILES.items() if path != "tile/0/001"}, 404, (1, "fails")),
        (
            {path: content for path, content in FILES.items() if path != "tile/0/001"},
            503,
            (2, "inconclusive"),
        ),
        ({}, 409, (2, "inconclusive")),
    ],
)
def test_the_command_tells_a_log_that_fails_from_one_that_cannot_be_read(
    files: Files, status: int, expected: tuple[int, str]
) -> None:
    with serving(files, status=status) as url:
        assert outcome(run(url, "--vkey", LOG.vkey)) == expected


def test_a_kept_checkpoint_that_is_none_of_the_log_is_no_proof_against_it(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    with serving(FILES) as url:
        for content in (b"", b"no note", files_of(LEAVES, STRANGER)["checkpoint"]):
            kept.write_bytes(content)
            assert outcome(run(url, "--vkey", LOG.vkey, "--checkpoint", str(kept))) == (2, "inconclusive")
        kept.write_bytes(files_of([*LEAVES[:9], LEAVES[10]])["checkpoint"])
        assert outcome(run(url, "--vkey", LOG.vkey, "--checkpoint", str(kept))) == (1, "fails")


def test_a_kept_checkpoint_of_another_log_that_is_trusted_too_concludes_nothing(tmp_path: Path) -> None:
    other, kept = Ed25519Signer.generate(f"{LOG.name}-2"), tmp_path / "kept"
    kept.write_bytes(sign_checkpoint(Checkpoint(other.name, 0, root([])), [other]))
    with serving(FILES) as url:
        done = run(url, "--vkey", LOG.vkey, "--vkey", other.vkey, "--checkpoint", str(kept))
        untrusting = run(url, "--checkpoint", str(kept))
    for each in (done, untrusting):
        assert outcome(each) == (2, "inconclusive")
        assert f"of another log, {other.name}. Nothing was verified." in each.stdout


@pytest.mark.parametrize(
    "address",
    [
        "http://assent.example/log",
        "https://user@assent.example/",
        "https:///log",
        "http://127.0.0.1:1/log",
        "https://[/",
    ],
)
def test_an_address_that_cannot_be_read_concludes_nothing(address: str) -> None:
    assert outcome(run(address, "--vkey", LOG.vkey)) == (2, "inconclusive")
