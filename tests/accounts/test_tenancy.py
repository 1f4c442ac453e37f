"""Row-level security, asked as the role that serves: no scope, no rows; one scope, one tenant's rows."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from ledger.errors import ScopeError
from ledger.scope import current_tenant, lock, party_scope, tenant_scope
from portal.accounts.models import Membership, Registration
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)


def tenant_tables() -> list[str]:
    names = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if any(field.column == "tenant_id" for field in model._meta.local_fields)
    ]
    assert {"accounts_membership", "ledger_entry", "ledger_submission", "consent_contract"} <= set(names)
    return names


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        (rows,) = cursor.fetchone()
    return int(rows)


def readable(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [table])
        (allowed,) = cursor.fetchone()
    return bool(allowed)


# The directory of logs is public: names, origins and verification keys.
PUBLIC = {"ledger_log"}


def test_without_a_scope_the_app_sees_no_row_of_any_tenant_table() -> None:
    people = cast.build()
    people.grant(people.doctor, "lab-results")
    asked = [table for table in tenant_tables() if readable(table) and table not in PUBLIC]
    assert {table: count(table) for table in asked if count(table)} == {}


def test_in_a_scope_the_app_sees_only_that_tenant(administrator: object) -> None:
    people = cast.build()
    people.grant(people.doctor, "lab-results")
    for table in tenant_tables():
        if not readable(table) or table in PUBLIC:
            continue
        with tenant_scope(people.practice.id), connection.cursor() as cursor:
            cursor.execute(f'SELECT DISTINCT tenant_id FROM "{table}"')
            assert {row[0] for row in cursor.fetchall()} <= {people.practice.id}, table
    with tenant_scope(people.practice.id):
        assert count("accounts_membership") == 3  # two clinicians and the regulator


def test_a_row_cannot_be_written_into_another_tenant() -> None:
    people = cast.build()
    with pytest.raises(DatabaseError, match="row-level security"), tenant_scope(people.practice.id):
        Membership.objects.create(
            tenant_id=people.hospital.id, user_id=people.outsider.user, role="clinician"
        )


def test_a_party_sees_its_own_rows_across_tenants_and_no_others() -> None:
    people = cast.build()
    with party_scope(people.person):
        assert {r.tenant_id for r in Registration.objects.all()} == {people.hospital.id, people.practice.id}
        assert {r.person_id for r in Registration.objects.all()} == {people.person}
    with party_scope(people.regulator.user):
        assert Membership.objects.count() == 2


def test_a_scope_does_not_outlive_its_block() -> None:
    people = cast.build()
    with transaction.atomic():
        with tenant_scope(people.hospital.id):
            assert Membership.objects.exists()
        assert not Membership.objects.exists()
        with pytest.raises(ScopeError):
            current_tenant()
    assert not Membership.objects.exists()


def test_a_scope_is_restored_after_an_error_inside_it() -> None:
    people = cast.build()
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), tenant_scope(people.hospital.id):
            raise ZeroDivisionError
        assert not Membership.objects.exists()
        with tenant_scope(people.practice.id):
            assert Membership.objects.exists()


def test_a_scope_is_restored_after_the_database_refused_inside_it() -> None:
    people = cast.build()
    with transaction.atomic():
        with pytest.raises(DatabaseError), tenant_scope(people.hospital.id), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert not Membership.objects.exists()


def test_another_tenant_cannot_be_opened_inside_a_scope() -> None:
    people = cast.build()
    with (
        tenant_scope(people.hospital.id),
        pytest.raises(ScopeError, match="still open"),
        tenant_scope(people.practice.id),
    ):
        pass
    with tenant_scope(people.hospital.id), tenant_scope(people.hospital.id):
        assert current_tenant() == people.hospital.id


def test_a_lock_is_refused_outside_a_transaction() -> None:
    with pytest.raises(ScopeError, match="outside a transaction"):
        lock("person", uuid4(), exclusive=True)
