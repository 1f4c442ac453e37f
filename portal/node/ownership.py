"""The demo's mark on its database, so that it never touches another one."""

from django.db import Error, connections

from portal.node.errors import ForeignDatabase

MARK = "Assent demo world: synthetic records, known passwords"
# What migrations alone put into a database.
MIGRATED = {"django_migrations", "django_content_type", "auth_permission"}
TABLES = """
SELECT format('%I.%I', n.nspname, c.relname), c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
"""
COMMENT = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"


def claim_demo_database() -> None:
    """Mark the database as the demo's if it is empty; refuse one that holds anything and has no mark."""
    connection = connections["owner"]
    with connection.cursor() as cursor:
        cursor.execute(COMMENT)
        if cursor.fetchone() == (MARK,):
            return
        cursor.execute(TABLES)
        tables = [quoted for quoted, name in cursor.fetchall() if name not in MIGRATED]
        name = connection.settings_dict["NAME"]
        if any(_holds_rows(table) for table in tables):
            raise ForeignDatabase(
                f"The database {name!r} holds data that are not the demo's, so the demo leaves it alone. "
                "Give it an empty one, or unset DATABASE_URL."
            )
        cursor.execute(f"COMMENT ON DATABASE {connection.ops.quote_name(name)} IS '{MARK}'")


def _holds_rows(table: str) -> bool:
    """Whether rows are there; a table that cannot be read is somebody's."""
    try:
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608 - quoted by PostgreSQL
            return bool(cursor.fetchone()[0])
    except Error:
        return True
