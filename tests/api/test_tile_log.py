"""A log of 70,000 entries, read in full by who has nothing but its address, its key and an auditor's token."""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from django.db import connection

from ledger.entry import SYSTEM
from ledger.scope import tenant_scope
from ledger.verify import HOLDS, INCONCLUSIVE, main
from tests import c2sp_reader
from tests.api.house import House

SIZE = 70_000
FILL = """
INSERT INTO ledger_submission (tenant_id, id, type, actor, subject, time, digest, body)
SELECT %s, gen_random_uuid(), 'access.permitted', %s, (ARRAY[repeat('a', 40), repeat('b', 40), NULL])[1 + n %% 3],
    clock_timestamp(), sha256(b), b
FROM generate_series(1, %s) n CROSS JOIN LATERAL (SELECT convert_to('entry ' || n, 'UTF8')) made (b)
"""


class Published(NamedTuple):
    url: str
    vkey: str
    token: str
    files: dict[str, bytes]

    def fetch(self, path: str) -> bytes:
        return self.files[path]


def filled(house: House) -> str:
    """Let the node's own sequencer make exactly so many entries; gives the log's key."""
    client = house.auditor

    def settled(size: int | None) -> dict[str, object]:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            status: dict[str, object] = client.get("/api/v1/ledger/st-mary/").json()
            if (
                not status["backlog"]
                and status["size"] == status["entries"]
                and size in (None, status["size"])
            ):
                return status
            time.sleep(0.2)
        raise AssertionError("the log did not settle")

    before = int(str(settled(None)["size"]))
    tenant = house.tenants["st-mary"]
    with tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute(FILL, [tenant, SYSTEM, SIZE - before])
    return str(settled(SIZE)["vkey"])


@pytest.fixture
def published(house: House) -> Iterator[Published]:
    """Everything that the log serves, as the independent reader fetched it once over HTTP."""
    vkey, files = filled(house), dict[str, bytes]()
    url = f"{house.http.base_url}/log/st-mary"
    token = house.auditor.token

    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=30) as http:

        def fetch(path: str) -> bytes:
            answer = http.get(f"{url}/{path}")
            assert answer.status_code == 200, path
            files[path] = answer.content
            return answer.content

        size, leaves = c2sp_reader.read_tiles(fetch, vkey)
        entries = c2sp_reader.read_entries(fetch, size, leaves)
    assert (size, len(entries)) == (SIZE, SIZE)
    yield Published(url, vkey, token, files)


KINDS = {
    "the checkpoint": "checkpoint",
    "a full tile of level 0": "tile/0/137",
    "the partial tile of level 0": "tile/0/273.p/112",
    "the full tile of level 1": "tile/1/000",
    "the partial tile of level 1": "tile/1/001.p/17",
    "the tile of level 2": "tile/2/000.p/1",
    "a full bundle": "tile/entries/000",
    "the partial bundle": "tile/entries/273.p/112",
}


def test_an_independent_reader_and_ours_accept_the_log_and_refuse_every_flipped_bit(
    published: Published, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(published.files) == 1 + 274 + 2 + 1 + 274
    assert set(KINDS.values()) <= published.files.keys()
    _refuses_flipped_bits(published)
    _is_accepted_by_the_command(published, tmp_path, capsys)


def _refuses_flipped_bits(published: Published) -> None:
    drawn = random.Random(70_000)  # noqa: S311 - which bits, the same in each run
    accepted = []
    for kind, path in KINDS.items():
        content = bytearray(published.files[path])
        bit = drawn.randrange(8 * _signed_length(path, content))
        content[bit // 8] ^= 1 << bit % 8
        flipped = {**published.files, path: bytes(content)}
        try:
            size, leaves = c2sp_reader.read_tiles(flipped.__getitem__, published.vkey)
            c2sp_reader.read_entries(flipped.__getitem__, size, leaves)
        except c2sp_reader.Refused:
            continue
        except KeyError as error:
            assert "tile" in str(error)  # another size needs other files
            continue
        accepted.append((kind, bit))
    assert accepted == []


def _signed_length(path: str, content: bytearray) -> int:
    """Of the checkpoint: its text and first signature; a reader without the other key passes over its line."""
    return content.index(b"\n", content.index("—".encode())) if path == "checkpoint" else len(content)


def _is_accepted_by_the_command(
    published: Published, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token, kept, other = (tmp_path / name for name in ("token", "kept", "other"))
    token.write_text(published.token + "\n")
    kept.write_bytes(published.files["checkpoint"])
    other.write_text("wrong")

    def run(*more: str) -> tuple[int, str]:
        status = main([published.url, *more])
        return status, capsys.readouterr().out.splitlines()[-1]

    key = ["--vkey", published.vkey]
    status, said = run(*key, "--token-file", str(token), "--checkpoint", str(kept))
    assert (status, said.partition(" of ")[0]) == (HOLDS, "holds: Every entry and every tile")
    assert said.endswith("It contains what you kept: 70000 entries.")
    assert run(*key, "--token-file", str(other))[0] == INCONCLUSIVE
    assert run("--vkey", published.vkey.replace("st-mary", "st-marx"))[0] == INCONCLUSIVE  # no such key
