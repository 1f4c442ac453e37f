"""Keys: one for each owner and use, wrapped wherever they lie, and never used before they are kept."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.db import transaction
from pytest_django import Settings

from ledger import checks
from ledger.committed import forget_all
from ledger.errors import ScopeError, SealError, UnknownKey
from ledger.scope import tenant_scope
from ledger.vault import keyring, node_key
from tests.ledger.logbook import Logbook

AAD = {"kind": "test", "id": "1"}
KEYS = "SELECT id FROM ledger_key WHERE tenant_id = %s AND owner = %s"


def test_what_is_sealed_for_an_owner_opens_for_that_owner_only(log: Logbook) -> None:
    owner, other = uuid4(), uuid4()
    with tenant_scope(log.tenant):
        sealed = keyring.seal(owner, "record", b"content", AAD)
        assert keyring.unseal(owner, sealed, AAD) == b"content"
        assert keyring.open_seal(sealed, AAD) == b"content"
        with pytest.raises(SealError):
            keyring.unseal(other, sealed, AAD)
        with pytest.raises(SealError):
            keyring.unseal(owner, sealed, {**AAD, "id": "2"})


def test_each_use_has_a_key_of_its_own_and_keeps_it(log: Logbook) -> None:
    owner = uuid4()
    for use in ("record", "ledger:2026", "record"):
        with tenant_scope(log.tenant):
            keyring.seal(owner, use, b"content", AAD)
    assert len(log.rows(KEYS, log.tenant, owner)) == 2


def test_another_process_opens_what_this_one_sealed(log: Logbook) -> None:
    owner = uuid4()
    with tenant_scope(log.tenant):
        sealed = keyring.seal(owner, "record", b"content", AAD)
        token = keyring.mac_key(owner, "index")
    forget_all()  # as a process that starts now
    with tenant_scope(log.tenant):
        assert keyring.unseal(owner, sealed, AAD) == b"content"
        assert keyring.mac_key(owner, "index") == token
        assert keyring.mac_key(owner, "other") != token


def test_a_key_made_in_a_transaction_that_failed_never_seals_again(log: Logbook) -> None:
    owner = uuid4()
    with tenant_scope(log.tenant):
        with pytest.raises(RuntimeError), transaction.atomic():
            keyring.seal(owner, "record", b"lost", AAD)
            raise RuntimeError
        sealed = keyring.seal(owner, "record", b"kept", AAD)
    forget_all()
    with tenant_scope(log.tenant):
        assert keyring.unseal(owner, sealed, AAD) == b"kept"
    assert len(log.rows(KEYS, log.tenant, owner)) == 1


def test_a_key_made_in_this_transaction_serves_the_rest_of_it(log: Logbook) -> None:
    owner = uuid4()
    with tenant_scope(log.tenant):
        for number in range(3):
            sealed = keyring.seal(owner, "record", b"content", AAD)
            assert keyring.unseal(owner, sealed, AAD) == b"content", number
    assert len(log.rows(KEYS, log.tenant, owner)) == 1


def test_a_seal_of_another_tenant_does_not_open(log: Logbook, other_log: Logbook) -> None:
    owner = uuid4()
    with tenant_scope(log.tenant):
        sealed = keyring.seal(owner, "record", b"content", AAD)
    with tenant_scope(other_log.tenant), pytest.raises(UnknownKey):
        keyring.unseal(owner, sealed, AAD)


def test_a_key_that_was_given_to_another_owner_or_destroyed_opens_nothing(log: Logbook) -> None:
    owner, thief = uuid4(), uuid4()
    with tenant_scope(log.tenant):
        sealed = keyring.seal(owner, "record", b"content", AAD)
    log.tamper("UPDATE ledger_key SET owner = %s WHERE owner = %s", thief, owner)
    forget_all()
    with tenant_scope(log.tenant), pytest.raises(SealError):
        keyring.unseal(thief, sealed, AAD)
    log.tamper("DELETE FROM ledger_key WHERE owner = %s", thief)
    with tenant_scope(log.tenant), pytest.raises(UnknownKey):
        keyring.unseal(owner, sealed, AAD)


def test_outside_a_scope_there_are_no_keys(log: Logbook) -> None:
    with pytest.raises(ScopeError):
        keyring.seal(uuid4(), "record", b"content", AAD)


def test_a_node_in_production_does_not_make_its_own_key(settings: Settings, tmp_path: Path) -> None:
    settings.ASSENT_NODE_KEY_FILE = tmp_path / "node.key"
    assert checks.node_key(None) == []
    settings.LOCAL = False
    with pytest.raises(SealError, match="cannot be opened"):
        node_key.wrap(b"key", {})
    assert [each.id for each in checks.node_key(None)] == ["ledger.E001"]
    settings.LOCAL = True
    assert node_key.unwrap(node_key.wrap(b"key", {}), {}) == b"key"
    assert (tmp_path / "node.key").stat().st_mode & 0o077 == 0


def test_a_node_must_say_how_its_logs_are_called(settings: Settings) -> None:
    found = {}
    for prefix in ("", "assent.example/log/", "not an origin"):
        settings.ASSENT_LOG_ORIGIN_PREFIX = prefix
        found[prefix] = [each.id for each in checks.origin_prefix(None)]
    assert found == {"": ["ledger.E002"], "assent.example/log/": [], "not an origin": ["ledger.E002"]}


def test_many_keys_are_fetched_in_one_query(log: Logbook, django_assert_num_queries: object) -> None:
    with tenant_scope(log.tenant):
        sealed = [keyring.seal(uuid4(), "record", b"content", AAD) for _ in range(5)]
    forget_all()
    with tenant_scope(log.tenant):
        keyring.mac_key(log.tenant, "index")  # the tenant's own key is known from here on
        with django_assert_num_queries(1):  # type: ignore[operator]
            keyring.load([*sealed, b"not a seal"])
            assert [keyring.open_seal(each, AAD) for each in sealed] == [b"content"] * 5
