"""How much of a log's growth everybody may watch: public checkpoints by a cadence, and padding leaves."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpRequest
from django.test import Client

from ledger import registry
from ledger.cadence import Cadence, append_due_padding, cadence, public_size, set_cadence
from ledger.checkpoint import read_checkpoint
from ledger.entry import parse_leaf
from ledger.errors import FormatError
from ledger.reading import read_log
from ledger.scope import tenant_scope
from ledger.trust import Policy
from tests.ledger.logbook import Logbook

pytestmark = pytest.mark.django_db(databases=["default", "sequencer", "owner"], transaction=True)
HOUR = 3600
TYPES = "SELECT leaf FROM ledger_entry WHERE tenant_id = %s ORDER BY index"


@pytest.fixture
def auditors(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A gate that lets in whoever says so, as the app above registers one for tokens."""

    def gate(request: HttpRequest, tenant: UUID) -> bool:
        return request.headers.get("Authorization") == "an auditor"

    monkeypatch.setattr(registry, "_gates", [gate])
    yield


def every(log: Logbook, seconds: int, padding: int = 0) -> None:
    with tenant_scope(log.tenant):
        set_cadence(Cadence(seconds, padding))


def back(log: Logbook, spans: int) -> None:
    """Let the newest checkpoint, and what was entered, be so many hours older."""
    log.tamper(
        "UPDATE ledger_checkpoint SET time = time - %s WHERE tenant_id = %s",
        spans * timedelta(hours=1),
        log.tenant,
    )


def asked(log: Logbook, path: str, **headers: str) -> tuple[int, str]:
    response = Client().get(f"/log/{log.name}/{path}", headers=headers)
    return response.status_code, response.headers.get("Cache-Control", "")


def shown(log: Logbook, **headers: str) -> int:
    response = Client().get(f"/log/{log.name}/checkpoint", headers=headers)
    return read_checkpoint(response.content).size if response.status_code == 200 else 0


def test_everybody_is_shown_the_newest_of_the_span_before_and_auditors_each_one(
    log: Logbook, auditors: None
) -> None:
    every(log, HOUR)
    log.filled(5)
    assert (shown(log), shown(log, Authorization="an auditor")) == (0, 5)
    back(log, 1)
    assert shown(log) == 5
    log.write(300)
    log.drain()
    assert (shown(log), shown(log, Authorization="an auditor")) == (5, 305)
    assert asked(log, "checkpoint", Authorization="an auditor") == (200, "private, no-store")


def test_no_tile_shows_more_than_the_public_checkpoint(log: Logbook, auditors: None) -> None:
    every(log, HOUR)
    for size in (3, 7):  # both in one span
        log.write(size - log.status().size)
        log.drain()
    back(log, 2)
    log.write(293)
    log.drain()
    paths = ["tile/0/000.p/7", "tile/0/000.p/3", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"]
    assert [asked(log, path)[0] for path in paths] == [200, 404, 404, 404, 404]
    seen = [asked(log, path, Authorization="an auditor") for path in paths]
    assert {status for status, _ in seen} == {200}
    assert [kept.startswith("public") for _, kept in seen] == [True, False, False, False, False]


def test_an_outsider_verifies_the_log_as_far_as_it_is_public(log: Logbook) -> None:
    every(log, HOUR)
    log.filled(300)
    back(log, 1)
    log.write(400)
    log.drain()

    def fetch(path: str) -> bytes:
        response = Client().get(f"/log/{log.name}/{path}")
        assert response.status_code == 200, path
        return bytes(response.content)

    assert read_log(fetch, Policy(()), entries=False).trusted.checkpoint.size == 300


def test_what_was_public_stays_so_when_the_cadence_changes(log: Logbook) -> None:
    log.filled(5)
    every(log, HOUR)
    assert (shown(log), asked(log, "tile/0/000.p/5")[0]) == (5, 200)
    log.write(1)
    log.drain()
    assert shown(log) == 5
    every(log, 0)
    assert shown(log) == 6


def test_each_span_adds_padding_once_also_when_nothing_happens(log: Logbook) -> None:
    assert append_due_padding() == 0
    every(log, HOUR, padding=3)
    now, grown = datetime.now(UTC), set()
    for span in range(24):
        written = append_due_padding(now=now + timedelta(hours=span))
        assert append_due_padding(now=now + timedelta(hours=span)) == 0
        log.drain()
        log.tamper("UPDATE ledger_entry SET time = time - interval '1 day' WHERE tenant_id = %s", log.tenant)
        grown.add(written)
    assert grown <= {1, 2, 3}
    assert len(grown) > 1
    leaves = [parse_leaf(bytes(leaf)) for (leaf,) in log.rows(TYPES, log.tenant)]
    assert {(leaf.type, leaf.actor, leaf.subject) for leaf in leaves} == {("padding", "system", None)}


def test_a_padded_log_holds(log: Logbook) -> None:
    every(log, HOUR, padding=9)
    log.filled(5)
    written = append_due_padding()
    log.drain()
    assert (log.status().size, log.finding()) == (5 + written, ("", None))


def test_the_command_tells_sets_and_refuses(log: Logbook) -> None:
    def said(**options: int) -> str:
        out = StringIO()
        call_command("cadence", tenant=log.name, stdout=out, **options)
        return out.getvalue()

    assert "as soon as it is signed" in said()
    assert "once in 60 minutes; each span adds 1 to 20 leaves" in said(minutes=60, padding=20)
    assert "once in 60 minutes" in said()
    for wrong in ({"minutes": -1}, {"minutes": 100_000}, {"padding": 1001}, {"minutes": 0}):
        with pytest.raises(CommandError, match="Nothing was changed"):
            said(**wrong)
    with tenant_scope(log.tenant):
        assert (cadence(), public_size()) == (Cadence(HOUR, 20), 0)
        with pytest.raises(FormatError, match="hides nothing"):
            set_cadence(Cadence(0, 1))
