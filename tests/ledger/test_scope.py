"""The scope of one organisation: set with the BEGIN that it belongs to, and gone with its transaction."""

from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg import IsolationLevel

from ledger.errors import ScopeError
from ledger.scope import PARTY, TENANT, current_tenant, party_scope, tenant_scope

SERIALIZABLE = IsolationLevel.SERIALIZABLE
pytestmark = pytest.mark.django_db(databases=["default"], transaction=True)


def in_force(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [name])
        (value,) = cursor.fetchone() or ("",)
    return value or ""


def test_the_setting_stands_from_the_first_statement_and_ends_with_the_transaction() -> None:
    tenant = uuid4()
    with tenant_scope(tenant):
        assert connection.connection.info.transaction_status.name == "INTRANS"
        assert (in_force(TENANT), current_tenant()) == (str(tenant), tenant)
    assert in_force(TENANT) == ""
    with pytest.raises(ScopeError):
        current_tenant()


def test_one_message_begins_the_transaction_and_opens_the_scope() -> None:
    connection.ensure_connection()
    with CaptureQueriesContext(connection) as asked, tenant_scope(uuid4()):
        pass
    assert not [query for query in asked if "set_config" in query["sql"]]


def test_a_scope_that_fails_rolls_back_and_leaves_no_setting() -> None:
    with pytest.raises(RuntimeError), tenant_scope(uuid4()):
        raise RuntimeError
    assert connection.connection.info.transaction_status.name == "IDLE"
    assert in_force(TENANT) == ""


def test_a_scope_that_ran_into_an_error_of_the_database_can_be_left_and_opened_again() -> None:
    with pytest.raises(DatabaseError), tenant_scope(uuid4()), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    tenant = uuid4()
    with tenant_scope(tenant):
        assert in_force(TENANT) == str(tenant)


def test_inside_a_transaction_the_setting_before_comes_back() -> None:
    tenant, person = uuid4(), uuid4()
    with transaction.atomic():
        with tenant_scope(tenant):
            with party_scope(person), tenant_scope(tenant):
                assert (in_force(TENANT), in_force(PARTY)) == (str(tenant), str(person))
            assert (in_force(TENANT), in_force(PARTY)) == (str(tenant), "")
        assert in_force(TENANT) == ""


def test_another_organisations_scope_does_not_open_inside() -> None:
    with tenant_scope(uuid4()), pytest.raises(ScopeError), tenant_scope(uuid4()):
        raise AssertionError


def test_an_isolation_level_that_somebody_asked_for_is_kept() -> None:
    connection.ensure_connection()
    before, connection.connection.isolation_level = connection.connection.isolation_level, SERIALIZABLE
    try:
        with tenant_scope(UUID(int=7)):
            assert (in_force("transaction_isolation"), in_force(TENANT)) == ("serializable", str(UUID(int=7)))
    finally:
        connection.connection.isolation_level = before


def test_only_a_uuid_comes_into_the_statement() -> None:
    with pytest.raises(ValueError, match="badly formed"), tenant_scope("x', true); SELECT 1; --"):  # type: ignore[arg-type]
        raise AssertionError
    assert in_force(TENANT) == ""
