"""The re-check inside the database finds what verify_ledger finds of entries, chains and roots."""

import pytest

from tests.ledger.logbook import Logbook

pytestmark = pytest.mark.django_db(transaction=True)
TAMPERINGS = {
    "a leaf": ("UPDATE ledger_entry SET leaf = replace(encode(leaf, 'escape'), 'permitted', 'denied')::bytea", 5),
    "a body": ("UPDATE ledger_entry SET body = body || 'x'", 5),
    "a hash": ("UPDATE ledger_entry SET leaf_hash = sha256('x')", 5),
    "a type": ("UPDATE ledger_entry SET type = 'access.denied'", 5),
    "a person": ("UPDATE ledger_entry SET subject = repeat('a', 40)", 5),
    "an entry that is gone": ("DELETE FROM ledger_entry", 6),
}  # fmt: skip


def breaks(log: Logbook) -> list[tuple[int, str]]:
    return [(entry, finding) for entry, finding in log.rows("SELECT * FROM ledger_recheck(%s)", log.name)]


def test_a_log_that_was_not_touched_holds_and_its_root_is_the_checkpoints(log: Logbook) -> None:
    log.filled(300)
    log.filled(41)
    assert breaks(log) == []
    sizes = log.rows("SELECT size, root, ledger_root(tenant_id, size) FROM ledger_checkpoint")
    assert [size for size, _, _ in sizes] == [300, 341]
    assert all(bytes(root) == bytes(computed) for _, root, computed in sizes)


@pytest.mark.parametrize("what", TAMPERINGS)
def test_it_names_the_first_entry_that_a_superuser_changed(log: Logbook, what: str) -> None:
    log.filled(20)
    statement, first = TAMPERINGS[what]
    assert log.tamper(f"{statement} WHERE tenant_id = %s AND index = 5", log.tenant) == 1
    assert breaks(log)[0][0] == first


def test_a_log_that_was_cut_or_a_root_that_was_changed_is_named(log: Logbook) -> None:
    log.filled(20)
    log.tamper("UPDATE ledger_checkpoint SET root = sha256('x') WHERE tenant_id = %s", log.tenant)
    assert [entry for entry, _ in breaks(log)] == [19]
    log.tamper("DELETE FROM ledger_entry WHERE tenant_id = %s AND index = 19", log.tenant)
    assert [entry for entry, _ in breaks(log)] == [19]
