"""Roles, database and default privileges, made from the same SQL that an administrator runs (deploy/*.sql)."""

import hashlib
from pathlib import Path

import psycopg
from psycopg import sql

from portal.node.errors import UnsafeRoles
from portal.node.postgres import BASE_DIR, Cluster

ROLES_SQL = BASE_DIR / "deploy" / "roles.sql"
DATABASE_SQL = BASE_DIR / "deploy" / "database.sql"
OWNER = "assent_owner"
DATABASE = "assent"


def ensure_roles(administrator: "psycopg.Connection[object]") -> None:
    """Make the three roles if they are missing; refuse them if they could step around row-level security."""
    try:
        administrator.execute(ROLES_SQL.read_bytes())
    except psycopg.errors.RaiseException as error:
        raise UnsafeRoles(f"{error.diag.message_primary}. {error.diag.message_hint or ''}".strip()) from None


def ensure_database(dsn: str, name: str) -> None:
    """Make database `name`, owned by the owner role, with its privileges. `dsn`: an administrator's, any database."""
    with psycopg.connect(dsn, autocommit=True) as administrator:
        known = administrator.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone()
        if known is None:
            statement = sql.SQL("CREATE DATABASE {} OWNER {}")
            administrator.execute(statement.format(sql.Identifier(name), sql.Identifier(OWNER)))
    with psycopg.connect(dsn, dbname=name) as administrator:
        administrator.execute(DATABASE_SQL.read_bytes())


def prepare_embedded(cluster: Cluster) -> None:
    """Roles and database of the embedded server; once for each version of the SQL, remembered beside the data."""
    done = cluster.location.data / "assent.roles"
    version = _version(ROLES_SQL, DATABASE_SQL)
    if done.exists() and done.read_text() == version:
        return
    dsn = cluster.dsn("postgres", "postgres")
    with psycopg.connect(dsn, autocommit=True) as administrator:
        # Two first commands may run at once; CREATE ROLE has no IF NOT EXISTS.
        administrator.execute("SELECT pg_advisory_lock(hashtextextended('assent.roles', 0))")
        ensure_roles(administrator)
        ensure_database(dsn, DATABASE)
    done.write_text(version)


def _version(*files: Path) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
