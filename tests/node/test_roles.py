"""The three roles can do what they are for, and nothing around row-level security."""

from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connections

from portal.node.errors import UnsafeRoles
from portal.node.roles import ensure_database, ensure_roles

ROLES = ("assent_owner", "assent_app", "assent_sequencer")


@pytest.mark.django_db
@pytest.mark.parametrize("alias", ["default", "sequencer"])
def test_no_serving_role_steps_around_row_level_security(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        name, superuser, bypass = cursor.fetchone()
    assert name.startswith("assent_") and name != "assent_owner"
    assert (superuser, bypass) == (False, False)


def test_making_roles_twice_changes_nothing(administrator: Any) -> None:
    question = "SELECT * FROM pg_roles WHERE rolname = ANY(%s) ORDER BY rolname"
    before = administrator.execute(question, [list(ROLES)]).fetchall()
    ensure_roles(administrator)
    assert administrator.execute(question, [list(ROLES)]).fetchall() == before
    assert len(before) == 3


@pytest.mark.parametrize("power", ["SUPERUSER", "BYPASSRLS", "CREATEROLE"])
def test_a_role_with_too_much_power_is_refused(administrator: Any, power: str) -> None:
    with administrator.transaction(force_rollback=True):
        administrator.execute(f"ALTER ROLE assent_app {power}")
        with pytest.raises(UnsafeRoles, match="assent_app"), administrator.transaction():
            ensure_roles(administrator)


def test_a_serving_role_that_is_a_member_of_the_owner_is_refused(administrator: Any) -> None:
    with administrator.transaction(force_rollback=True):
        administrator.execute("GRANT assent_owner TO assent_app")
        with pytest.raises(UnsafeRoles, match="members"), administrator.transaction():
            ensure_roles(administrator)


def test_tables_of_the_owner_are_open_to_the_app_and_closed_to_the_sequencer(
    administrator: Any,
    administrator_dsn: str,
    database_name: str,
) -> None:
    ensure_database(administrator_dsn, database_name)
    with administrator.transaction(force_rollback=True):
        administrator.execute("SET LOCAL ROLE assent_owner; CREATE TABLE chart (id serial); RESET ROLE")
        administrator.execute("SET LOCAL ROLE assent_app")
        administrator.execute("INSERT INTO chart DEFAULT VALUES")
        administrator.execute("RESET ROLE; SET LOCAL ROLE assent_sequencer")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), administrator.transaction():
            administrator.execute("SELECT FROM chart")


@pytest.mark.django_db
@pytest.mark.parametrize("alias", ["default", "sequencer"])
def test_no_serving_role_makes_tables(alias: str) -> None:
    with connections[alias].cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
        cursor.execute("CREATE TABLE mine (id int)")
