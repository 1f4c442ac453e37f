"""Bundles of entries at `/log/<tenant>/tile/entries/`: with an auditor's token, and with no other."""

import time

from ledger.entry import parse_leaf
from ledger.tiles import decode_bundle
from tests.api.house import House, contract_body


def size_of_log(house: House) -> int:
    """The published size, once everything that waits is in it."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        status = house.auditor.get("/api/v1/ledger/st-mary/").json()
        if not status["backlog"] and status["size"] == status["entries"]:
            return int(status["size"])
        time.sleep(0.1)
    raise AssertionError("the log did not settle")


def test_an_auditor_reads_the_entries_and_nobody_else_does(house: House) -> None:
    assert house.ana.post("/api/v1/contracts/", json=contract_body()).status_code == 201
    others = [house.ana, house.doctor, house.own_doctor]
    narrow = house.caller(house.auditor.get("/api/v1/me/").json()["email"], scopes="ledger.read")
    address = f"/log/st-mary/tile/entries/000.p/{size_of_log(house)}"
    answer = house.auditor.get(address)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    size = int(address.rpartition("/")[2])
    assert [parse_leaf(leaf).index for leaf in decode_bundle(answer.content, size)] == list(range(size))
    refused = {other.get(address).status_code for other in [*others, narrow]}
    assert refused == {404}
    assert house.http.get(address).status_code == 404
    assert house.http.get(address, headers={"Authorization": "Bearer wrong"}).status_code == 404
