"""What stands in the log stays: for the roles that serve by privilege, for everybody else by trigger."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connections
from django.db.utils import ProgrammingError

from ledger.models import Entry, Key, Log, LogKey, Pseudonym, Submission
from ledger.scope import tenant_scope
from tests.ledger.logbook import Logbook

APPEND_ONLY = ("ledger_entry", "ledger_sequenced", "ledger_tile", "ledger_checkpoint")
CHANGES = (
    "UPDATE {} SET tenant_id = tenant_id",
    "DELETE FROM {}",
    "TRUNCATE {}",
)
RIGHTS = """
SELECT c.relname, p.privilege FROM pg_class c
CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p (privilege)
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND has_table_privilege(%s, c.oid, p.privilege)
"""


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_app_may_not_change_what_stands_in_the_log(log: Logbook, table: str, change: str) -> None:
    log.filled(300)
    with pytest.raises(ProgrammingError, match="permission denied"), tenant_scope(log.tenant):
        connections["default"].cursor().execute(change.format(table))
    assert log.finding() == ("", None)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_nor_may_the_sequencer_or_even_a_superuser(log: Logbook, table: str, change: str) -> None:
    log.filled(300)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        log.session.execute(change.format(table))
    with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
        log.superuser.execute(change.format(table))
    assert log.finding() == ("", None)


@pytest.mark.parametrize("change", CHANGES)
def test_the_app_may_not_take_back_a_submission(log: Logbook, change: str) -> None:
    log.append()
    with pytest.raises(ProgrammingError, match="permission denied"), tenant_scope(log.tenant):
        connections["default"].cursor().execute(change.format("ledger_submission"))
    assert log.drain() == 1


def test_the_app_may_not_write_what_only_the_sequencer_writes(log: Logbook) -> None:
    rights = set(log.rows(RIGHTS, "assent_app"))
    written = {table for table, right in rights if right == "INSERT" and table.startswith("ledger_")}
    assert written == {
        "ledger_hold",
        "ledger_publication",
        "ledger_timestamp",
        "ledger_log",
        "ledger_log_key",
        "ledger_key",
        "ledger_pseudonym",
        "ledger_submission",
        "ledger_signing_key",
        "ledger_log_witness",
        "ledger_witnessed_log",
        "ledger_witness_key",
    }
    assert {right for table, right in rights if table.startswith("ledger_")} == {"SELECT", "INSERT"}


def test_the_sequencer_has_rights_on_ledger_tables_only(log: Logbook) -> None:
    rights = log.rows(RIGHTS, "assent_sequencer")
    assert {table for table, _ in rights if not table.startswith("ledger_")} == set()
    assert {table for table, _ in rights} & {"ledger_key", "ledger_pseudonym"} == set()
    assert ("ledger_entry", "INSERT") in rights


def test_a_scope_shows_the_rows_of_its_tenant_and_no_scope_shows_none(
    log: Logbook, other_log: Logbook
) -> None:
    log.filled(300).append()
    other_log.filled(300).append()
    tables: list[Any] = [Entry, Key, LogKey, Pseudonym, Submission]
    with tenant_scope(log.tenant):
        seen = {model: set(model.objects.values_list("tenant_id", flat=True)) for model in tables}
    assert seen == {model: {log.tenant} for model in tables}
    assert [model for model in tables if model.objects.exists()] == []
    assert Log.objects.filter(tenant_id__in=[log.tenant, other_log.tenant]).count() == 2


def test_nothing_can_be_written_for_another_tenant(log: Logbook, other_log: Logbook) -> None:
    statement = (
        "INSERT INTO ledger_submission (tenant_id, id, type, actor, time, digest, body)"
        " VALUES (%s, %s, 'access.permitted', 'system', now(), sha256('x'), 'x')"
    )
    with pytest.raises(ProgrammingError, match="row-level security"), tenant_scope(log.tenant):
        connections["default"].cursor().execute(statement, [other_log.tenant, uuid4()])


def test_the_app_cannot_read_the_key_that_signs_checkpoints(log: Logbook) -> None:
    with tenant_scope(log.tenant):
        assert list(LogKey.objects.values_list("use", flat=True)) == ["promise"]
    keys = log.rows("SELECT use FROM ledger_log_key WHERE tenant_id = %s ORDER BY use", log.tenant)
    assert keys == [("log",), ("promise",)]


def test_every_ledger_table_forces_row_level_security(log: Logbook) -> None:
    bare = log.rows(
        "SELECT relname FROM pg_class WHERE relname LIKE 'ledger\\_%%' AND relkind = 'r'"
        " AND NOT (relrowsecurity AND relforcerowsecurity)"
    )
    assert set(bare) == {("ledger_witnessed_log",), ("ledger_witness_key",)}  # the node's, no organisation's


@pytest.mark.parametrize("change", CHANGES)
def test_a_cosignature_stays(log: Logbook, change: str) -> None:
    for session, refusal in (
        (log.session, psycopg.errors.InsufficientPrivilege),
        (log.superuser, psycopg.errors.RestrictViolation),
    ):
        with pytest.raises(refusal):
            session.execute(change.format("ledger_cosignature"))


def test_the_app_reads_the_public_part_of_keys_only(log: Logbook) -> None:
    with tenant_scope(log.tenant), connections["default"].cursor() as cursor:
        cursor.execute("SELECT kind FROM ledger_signing_key")
        assert cursor.fetchall() == [(6,)]
    with pytest.raises(ProgrammingError, match="permission denied"), tenant_scope(log.tenant):
        connections["default"].cursor().execute("SELECT wrapped FROM ledger_signing_key")


def test_the_start_up_check_finds_a_role_that_may_write_the_log(log: Logbook) -> None:
    from ledger.checks import append_only

    assert append_only(None, databases=["default"]) == []
    log.superuser.execute("GRANT UPDATE ON ledger_entry TO assent_app")
    try:
        assert [each.id for each in append_only(None, databases=["default"])] == ["ledger.E003"]
    finally:
        log.superuser.execute("REVOKE UPDATE ON ledger_entry FROM assent_app")
