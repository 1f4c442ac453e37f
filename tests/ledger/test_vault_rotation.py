"""Rotating the keys that wrap others: online, resumable, and everything opens as before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from ledger.committed import forget_all
from ledger.scope import tenant_scope
from ledger.vault import keyring, node_key, rotation
from ledger.vault.provider import NodeKeyProvider
from ledger.vault.rotation import rotate_node_key, rotate_tenant_key
from ledger.vault.sealing import key_id_of
from ledger.witness import witness_key
from tests.ledger.logbook import Logbook

pytestmark = pytest.mark.django_db(databases=["default", "sequencer", "owner"], transaction=True)
WRAPPED = "SELECT use, wrapped FROM ledger_key WHERE tenant_id = %s"


@pytest.fixture(autouse=True)
def key_file(settings: Settings, tmp_path: Path, transactional_db: None) -> Iterator[Path]:
    """A node key of this test alone."""
    settings.ASSENT_NODE_KEY_FILE = tmp_path / "node.key"
    node_key.read_again()
    forget_all()
    yield settings.ASSENT_NODE_KEY_FILE
    node_key.read_again()
    forget_all()


@pytest.fixture
def sealed(key_file: Path, log: Logbook) -> dict[UUID, bytes]:
    """What is sealed for seven people of the log, which has their entries too."""
    people = [uuid4() for _ in range(7)]
    log.write(21, people)
    with tenant_scope(log.tenant):
        found = {person: keyring.seal(person, "record", b"a diagnosis", {}) for person in people}
    log.drain()
    return found


def opens(log: Logbook, sealed: dict[UUID, bytes]) -> bool:
    """With nothing in memory."""
    forget_all()
    with tenant_scope(log.tenant):
        return all(keyring.unseal(who, what, {}) == b"a diagnosis" for who, what in sealed.items())


def wrapping(log: Logbook) -> set[UUID]:
    """The keys under which those of people stand."""
    rows = log.rows(WRAPPED, log.tenant)
    return {key_id_of(bytes(wrapped)) for use, wrapped in rows if not use.startswith("tenant")}


def test_a_tenants_key_is_rotated_while_it_is_used(log: Logbook, sealed: dict[UUID, bytes]) -> None:
    (before,) = wrapping(log)
    steps: list[tuple[int, int]] = []
    rotated = rotate_tenant_key(log.tenant, progress=lambda done, size: steps.append((done, size)))
    assert wrapping(log) == {rotated.key} != {before}
    assert (rotated.rewrapped, rotated.resumed, steps[-1]) == (21, False, (21, 21))
    # This process still has the retired key in its memory, and makes a new one all the same under the new.
    log.append(uuid4())
    log.drain()
    assert wrapping(log) == {rotated.key}
    assert opens(log, sealed)
    assert log.finding() == ("", None)
    assert rotate_tenant_key(log.tenant).key != rotated.key
    assert opens(log, sealed)


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_tenants_rotation_that_breaks_off_goes_on_where_it_was(
    log: Logbook, sealed: dict[UUID, bytes], after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lost(Exception):
        pass

    def lost(done: int, size: int) -> None:
        if done >= after * 5:
            raise Lost

    with monkeypatch.context() as patch:
        patch.setattr(rotation, "PIECE", 5)
        with pytest.raises(Lost):
            rotate_tenant_key(log.tenant, progress=lost)
    assert opens(log, sealed)
    assert len(wrapping(log)) == 2
    ended = rotate_tenant_key(log.tenant)
    assert (ended.resumed, wrapping(log)) == (True, {ended.key})
    assert opens(log, sealed)
    assert log.finding() == ("", None)


def test_the_nodes_key_is_rotated_and_everything_opens(
    log: Logbook, sealed: dict[UUID, bytes], key_file: Path, settings: Settings
) -> None:
    secret, cosigner = node_key.secret("label"), witness_key().vkey
    before = NodeKeyProvider.open(key_file).key_id
    rotated = rotate_node_key()
    assert rotated.key == NodeKeyProvider.open(key_file).key_id != before
    assert not rotated.resumed
    wrapped = log.rows("SELECT wrapped FROM ledger_key WHERE tenant_id = %s AND use = 'tenant'", log.tenant)
    wrapped += log.rows("SELECT wrapped FROM ledger_log_key WHERE tenant_id = %s", log.tenant)
    wrapped += log.rows("SELECT wrapped FROM ledger_signing_key WHERE tenant_id = %s", log.tenant)
    wrapped += log.rows("SELECT attested FROM ledger_log WHERE tenant_id = %s", log.tenant)
    wrapped += log.rows("SELECT wrapped FROM ledger_witness_key")
    assert {key_id_of(bytes(each)) for (each,) in wrapped} == {rotated.key}
    assert opens(log, sealed)
    log.write(3)
    log.drain()  # signs
    assert (node_key.secret("label"), witness_key().vkey) == (secret, cosigner)
    assert log.finding() == ("", None)


def test_another_process_reads_the_key_file_again_by_itself(
    log: Logbook, sealed: dict[UUID, bytes], key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node_key.secret("label")  # is in memory now
    with monkeypatch.context() as patch:
        patch.setattr(node_key, "read_again", lambda: None)
        rotate_node_key()
    assert opens(log, sealed)


def test_a_nodes_rotation_that_breaks_off_is_ended_without_another_key(
    log: Logbook, sealed: dict[UUID, bytes], key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any) -> bool:
        raise OSError("lost")

    with monkeypatch.context() as patch:
        patch.setattr(rotation, "_rewrap", lost)
        with pytest.raises(OSError, match="lost"):
            rotate_node_key()
    assert opens(log, sealed)
    added = NodeKeyProvider.open(key_file).key_id
    ended = rotate_node_key()
    assert (ended.key, ended.resumed) == (added, True)
    assert opens(log, sealed)


def test_the_command_says_what_was_done(
    log: Logbook, sealed: dict[UUID, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("rotate_keys", tenant=log.name, sealing=True)
    assert "21 keys were wrapped anew" in capsys.readouterr().out
    call_command("rotate_keys", node=True)
    assert "Back the key file up again" in capsys.readouterr().out
    assert opens(log, sealed)
    for wrong in ({"sealing": True}, {"node": True, "tenant": log.name}):
        with pytest.raises(CommandError, match="Give --tenant"):
            call_command("rotate_keys", **wrong)
