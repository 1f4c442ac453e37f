"""Bundles of entries: for those whom an app above knows as auditors of the log, and for nobody else."""

import gzip
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from ledger import registry
from ledger.entry import parse_leaf
from ledger.hashing import leaf_hash
from ledger.services import register_gate
from ledger.tiles import Tile, decode_bundle, tile_width
from ledger.tree import root
from tests.ledger.logbook import Logbook


@pytest.fixture
def auditing(log: Logbook, monkeypatch: pytest.MonkeyPatch) -> Iterator[Logbook]:
    """A log whose auditor is known by a word in a header."""
    monkeypatch.setattr(registry, "_gates", [])

    def gate(request: HttpRequest, tenant: UUID) -> bool:
        return tenant == log.tenant and request.headers.get("X-Auditor") == "word"

    register_gate(gate)
    yield log


def ask(log: Logbook, path: str, *, word: str = "word") -> HttpResponse:
    answer: HttpResponse = Client(headers={"X-Auditor": word}).get(f"/log/{log.name}/tile/{path}")  # type: ignore[assignment]
    return answer


@pytest.mark.parametrize("size", [1, 256, 300, 513])
def test_an_auditor_rebuilds_the_signed_root_from_the_entries(auditing: Logbook, size: int) -> None:
    leaves: list[bytes] = []
    auditing.filled(size)
    for index in range((size + 255) // 256):
        bundle = Tile(None, index, tile_width(None, index, size))
        answer = ask(auditing, bundle.path().removeprefix("tile/"))
        assert answer.status_code == 200
        leaves += decode_bundle(answer.content, bundle.width)
    assert [parse_leaf(leaf).index for leaf in leaves] == list(range(size))
    assert root(map(leaf_hash, leaves)) == auditing.status().root


def test_no_cache_keeps_entries(auditing: Logbook) -> None:
    auditing.filled(256)
    assert ask(auditing, "entries/000")["Cache-Control"] == "private, no-store"


def test_who_is_not_an_auditor_learns_no_more_than_of_a_log_without_entries(auditing: Logbook) -> None:
    auditing.filled(300)
    stranger, missing = ask(auditing, "entries/000", word=""), ask(auditing, "entries/009")
    assert (stranger.status_code, stranger.content) == (missing.status_code, missing.content)
    assert stranger.status_code == 404


def test_an_auditor_of_one_log_does_not_read_another(auditing: Logbook, other_log: Logbook) -> None:
    other_log.filled(256)
    assert ask(other_log, "entries/000").status_code == 404


def test_without_a_gate_nobody_reads_entries(log: Logbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_gates", [])
    log.filled(256)
    assert ask(log, "entries/000").status_code == 404
    assert ask(log, "0/000").status_code == 200


def test_no_entry_is_served_before_a_checkpoint_covers_it(auditing: Logbook) -> None:
    auditing.filled(300)
    auditing.write(300)
    auditing.sequence()
    served = {
        path: ask(auditing, f"entries/{path}").status_code
        for path in ("000", "000.p/10", "001.p/44", "001.p/45", "001", "002.p/1")
    }
    assert served == {
        "000": 200,
        "000.p/10": 200,
        "001.p/44": 200,
        "001.p/45": 404,
        "001": 404,
        "002.p/1": 404,
    }


def packed(log: Logbook, path: str, accepted: str) -> HttpResponse:
    headers = {"X-Auditor": "word", "Accept-Encoding": accepted}
    answer: HttpResponse = Client(headers=headers).get(f"/log/{log.name}/tile/{path}")  # type: ignore[assignment]
    return answer


def test_entries_come_as_gzip_to_who_takes_it(auditing: Logbook) -> None:
    auditing.filled(256)
    plain = ask(auditing, "entries/000")
    first, again = (packed(auditing, "entries/000", "br, gzip;q=0.5") for _ in range(2))
    assert (first["Content-Encoding"], first["Cache-Control"]) == ("gzip", "private, no-store")
    assert gzip.decompress(first.content) == plain.content
    assert first.content == again.content
    assert len(first.content) < len(plain.content)
    assert all("Accept-Encoding" in answer["Vary"] for answer in (plain, first))
    assert "Content-Encoding" not in plain


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip; q=0.000", "x-gzip-like", "*"])
def test_who_does_not_name_gzip_gets_entries_as_they_are(auditing: Logbook, accepted: str) -> None:
    auditing.filled(3)
    answer = packed(auditing, "entries/000.p/3", accepted)
    assert "Content-Encoding" not in answer
    assert len(decode_bundle(answer.content, 3)) == 3


def test_hash_tiles_are_never_compressed(auditing: Logbook) -> None:
    """They are random bytes, and one cached form of them is enough."""
    auditing.filled(256)
    answer = packed(auditing, "0/000", "gzip")
    assert (len(answer.content), "Content-Encoding" in answer) == (8192, False)
