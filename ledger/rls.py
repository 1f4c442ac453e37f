"""Row-level security for tenant-owned tables, as migration operations.

No scope, no rows: an unset setting reads as NULL, and NULL equals nothing. FORCE binds the owner too.
"""

from django.db import migrations

TENANT_MATCHES = "tenant_id = NULLIF(current_setting('assent.tenant', true), '')::uuid"


def party_matches(column: str) -> str:
    """Rows that belong to the party whose scope is open, at whichever tenant they are."""
    return f"{column} = NULLIF(current_setting('assent.party', true), '')::uuid"


def tenant_policy(table: str, *, readable_also: str = "") -> migrations.RunSQL:
    """Bind a table to the open tenant's scope. `readable_also`: a further condition under which rows may be read."""
    forward = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant ON {table} USING ({TENANT_MATCHES}) WITH CHECK ({TENANT_MATCHES})",
    ]
    backward = [
        f"DROP POLICY tenant ON {table}",
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]
    if readable_also:
        forward.append(f"CREATE POLICY readable ON {table} FOR SELECT USING ({readable_also})")
        backward.insert(0, f"DROP POLICY readable ON {table}")
    return migrations.RunSQL(";\n".join(forward), ";\n".join(backward))
