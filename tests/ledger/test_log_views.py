"""What a log shows to everybody: its checkpoint and its hash tiles, and never an entry."""

from uuid import uuid4

import pytest
from django.test import Client

from ledger.checkpoint import open_checkpoint
from ledger.entry import parse_leaf
from ledger.errors import NotYetSequenced, UnknownEntry
from ledger.note import parse_vkey
from ledger.receipt import check, parse
from ledger.scope import tenant_scope
from ledger.selectors import proof, receipt
from ledger.tiles import TileReader
from ledger.tree import check_inclusion, inclusion_proof, root_at
from tests.ledger.logbook import Logbook


def fetch(log: Logbook, path: str) -> bytes:
    response = Client().get(f"/log/{log.name}/{path}")
    assert response.status_code == 200, (path, response.content)
    return bytes(response.content)


def test_the_checkpoint_is_served_as_it_was_signed(log: Logbook) -> None:
    log.filled(5)
    response = Client().get(f"/log/{log.name}/checkpoint")
    checkpoint = open_checkpoint(response.content, [parse_vkey(log.status().vkey)])
    assert (checkpoint.size, checkpoint.root) == (5, log.status().root)
    assert response["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("size", [1, 255, 256, 257, 600])
def test_an_outsider_rebuilds_the_signed_root_from_the_tiles(log: Logbook, size: int) -> None:
    log.filled(size)
    reader = TileReader(lambda tile: fetch(log, tile.path()), size)
    assert root_at(size, reader) == log.status().root
    (leaf_hash,) = log.rows(
        "SELECT leaf_hash FROM ledger_entry WHERE tenant_id = %s AND index = 0", log.tenant
    )
    path = inclusion_proof(index=0, size=size, reader=reader)
    check_inclusion(leaf=bytes(leaf_hash[0]), index=0, size=size, proof=path, root=log.status().root)


def test_full_tiles_may_be_kept_for_ever(log: Logbook) -> None:
    log.filled(256)
    response = Client().get(f"/log/{log.name}/tile/0/000")
    assert (len(response.content), response["Cache-Control"]) == (
        8192,
        "public, max-age=31536000, immutable",
    )


def test_nothing_is_shown_beyond_the_newest_checkpoint_or_of_a_size_that_was_never_published(
    log: Logbook,
) -> None:
    log.filled(300)
    log.write(300)
    log.sequence()
    served = {
        path: Client().get(f"/log/{log.name}/tile/{path}").status_code
        for path in ("0/000", "0/001.p/44", "0/001.p/43", "0/001.p/45", "0/001", "0/002.p/1", "1/000.p/1")
    }
    assert served == {
        "0/000": 200,
        "0/001.p/44": 200,
        "0/001.p/43": 404,
        "0/001.p/45": 404,
        "0/001": 404,
        "0/002.p/1": 404,
        "1/000.p/1": 200,
    }


def test_entries_unknown_logs_and_malformed_paths_are_not_served(log: Logbook) -> None:
    client, status = Client(), {}
    log.filled(300)
    for path in (
        "tile/entries/000",
        "tile/0/0",
        "tile/0/000.p/256",
        "tile/0/x000/000",
        "tile/64/000",
        "nothing",
    ):
        status[path] = client.get(f"/log/{log.name}/{path}").status_code
    assert status == {
        "tile/entries/000": 404,
        "tile/0/0": 400,
        "tile/0/000.p/256": 400,
        "tile/0/x000/000": 400,
        "tile/64/000": 400,
        "nothing": 404,
    }
    assert client.get("/log/no-such-log/checkpoint").status_code == 404
    assert client.post(f"/log/{log.name}/checkpoint").status_code == 405


def test_an_empty_log_has_no_checkpoint_yet(log: Logbook) -> None:
    response = Client().get(f"/log/{log.name}/checkpoint")
    assert (response.status_code, response.content) == (
        NotYetSequenced.status,
        b"The log has no checkpoint yet: nothing was written, or it is being signed.\n",
    )


@pytest.mark.parametrize("reveal", [False, True])
def test_a_receipt_proves_its_entry_to_an_outsider(log: Logbook, reveal: bool) -> None:
    log.filled(300)
    promise = log.append(uuid4(), audit={"action": "read"}, inputs={"label": "clinical"})
    with tenant_scope(log.tenant), pytest.raises(NotYetSequenced):
        receipt(promise.promise.id)
    log.drain()
    with tenant_scope(log.tenant):
        text = receipt(promise.promise.id, reveal=reveal)
        found = proof(promise.promise.id)
    verdict = check(parse(text), [parse_vkey(log.status().vkey)])
    assert verdict.conclusive
    assert (verdict.leaf.index, verdict.leaf.body) == (300, promise.promise.digest)
    assert parse_leaf(parse(text).leaf) == verdict.leaf
    assert (found.index, found.size, found.root) == (300, 301, log.status().root)
    assert ("read" in str(verdict.audit)) is reveal


def test_a_receipt_of_an_unknown_entry_is_refused_at_once(log: Logbook) -> None:
    log.filled(1)
    with tenant_scope(log.tenant), pytest.raises(UnknownEntry):
        receipt(uuid4())


def test_another_organisations_entry_is_unknown_here(log: Logbook, other_log: Logbook) -> None:
    promise = other_log.append(uuid4())
    other_log.drain()
    with tenant_scope(log.tenant), pytest.raises(UnknownEntry):
        receipt(promise.promise.id)
