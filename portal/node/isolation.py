"""Finds tables that a tenant's scope does not bind, and roles that could step around it. Reads catalogs only."""

from django.db.backends.base.base import BaseDatabaseWrapper

# A table is tenant-owned when it says whose its rows are.
TABLES = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
ORDER BY 1
"""
# What a permissive policy lets the serving role see or write. Policies for other roles only are theirs.
POLICIES = """
SELECT tablename, policyname, cmd, concat_ws(' ', qual, with_check)
FROM pg_policies
WHERE schemaname = 'public' AND permissive = 'PERMISSIVE'
AND roles && ARRAY['public', current_user]::name[]
ORDER BY 1, 2
"""
# A view shows rows with its owner's eyes unless it says otherwise; a materialised view has no policies at all.
VIEWS = """
SELECT c.relname, c.relkind = 'm'
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm')
AND (c.relkind = 'm' OR NOT coalesce('security_invoker=true' = ANY(c.reloptions), false))
ORDER BY 1
"""
ROLE = """
SELECT rolname, rolsuper, rolbypassrls,
    EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p')),
    EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid)
FROM pg_roles r WHERE rolname = current_user
"""
SCOPES = ("assent.tenant", "assent.party")
# (table, policy, command) that everybody may read on purpose: names and public keys of logs, published anyway.
PUBLIC = {("ledger_log", "readable", "SELECT"), ("ledger_signing_key", "readable", "SELECT")}


def isolation_findings(connection: BaseDatabaseWrapper) -> list[str]:
    """What lets rows out of their tenant's scope, one sentence each; `connection`: the serving role's."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = cursor.fetchall()
        cursor.execute(POLICIES)
        policies = cursor.fetchall()
        cursor.execute(VIEWS)
        views = cursor.fetchall()
    return [*_unbound(tables, policies), *_loose(tables, policies), *_views(views)]


def role_findings(connection: BaseDatabaseWrapper) -> list[str]:
    """What lets the role of `connection` step around row-level security, one sentence each."""
    with connection.cursor() as cursor:
        cursor.execute(ROLE)
        name, superuser, bypass, owner, member = cursor.fetchone()
    found = {
        "is a superuser": superuser,
        "has BYPASSRLS": bypass,
        "owns tables": owner,
        "is a member of another role": member,
    }
    return [f"The role {name} {fault}." for fault, present in found.items() if present]


def _unbound(tables: list[tuple[str, bool, bool]], policies: list[tuple[str, str, str, str]]) -> list[str]:
    scoped = {table for table, _, _, condition in policies if "assent.tenant" in condition}
    return [
        f"Table {table}: {fault}."
        for table, enabled, forced in tables
        for fault, present in (
            ("row-level security is not enabled", not enabled),
            ("row-level security is not forced on its owner", not forced),
            ("no policy compares tenant_id with the open scope", table not in scoped),
        )
        if present
    ]


def _loose(tables: list[tuple[str, bool, bool]], policies: list[tuple[str, str, str, str]]) -> list[str]:
    owned = {table for table, _, _ in tables}
    return [
        f"Table {table}: policy {policy} ({command}) depends on no scope."
        for table, policy, command, condition in policies
        if table in owned and (table, policy, command) not in PUBLIC
        if not any(scope in condition for scope in SCOPES)
    ]


def _views(views: list[tuple[str, bool]]) -> list[str]:
    return [
        f"View {name}: {'materialised views have no row-level security' if materialised else 'not security_invoker'}."
        for name, materialised in views
    ]
