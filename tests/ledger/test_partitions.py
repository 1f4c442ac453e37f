"""Entries lie in partitions by index; nobody reaches one but through the whole table."""

from uuid import uuid4

import psycopg
import pytest

from tests.ledger.logbook import Logbook

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 2**24
PARTITIONS = [*(f"ledger_entry_p{number}" for number in range(8)), "ledger_entry_rest"]
PLACE = "SELECT index, tableoid::regclass::text FROM ledger_entry WHERE tenant_id = %s ORDER BY index"
ENTRY = """
INSERT INTO ledger_entry (tenant_id, index, submission_id, type, time, actor, leaf, leaf_hash, body)
VALUES (%s, %s, %s, 'heads', now(), 'system', '', '', '')
"""


def test_an_index_leads_to_its_partition_and_a_range_to_one_alone(log: Logbook) -> None:
    for index in (0, ROWS - 1, ROWS, 8 * ROWS - 1, 8 * ROWS, 10**10):
        log.superuser.execute(ENTRY, [log.tenant, index, uuid4()])
    assert log.rows(PLACE, log.tenant) == [
        (0, "ledger_entry_p0"), (ROWS - 1, "ledger_entry_p0"), (ROWS, "ledger_entry_p1"),
        (8 * ROWS - 1, "ledger_entry_p7"), (8 * ROWS, "ledger_entry_rest"), (10**10, "ledger_entry_rest"),
    ]  # fmt: skip
    plan = log.rows(
        "EXPLAIN SELECT leaf FROM ledger_entry WHERE tenant_id = %s AND index >= 5 AND index < 9", log.tenant
    )
    read = {name for name in PARTITIONS if any(name in line for (line,) in plan)}
    assert read == {"ledger_entry_p0"}


@pytest.mark.parametrize("role", ["assent_app", "assent_sequencer"])
def test_no_serving_role_has_a_right_on_a_partition(log: Logbook, role: str) -> None:
    held = "SELECT has_table_privilege(%s, %s, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')"
    assert [name for name in PARTITIONS if log.rows(held, role, name) != [(False,)]] == []


@pytest.mark.parametrize("change", ["UPDATE {} SET leaf = ''", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("partition", PARTITIONS)
def test_even_a_superuser_is_stopped_at_a_partition(log: Logbook, partition: str, change: str) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
        log.superuser.execute(change.format(partition))
