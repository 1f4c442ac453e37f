"""Whether the database has every migration of this code."""

from django.db import connections
from django.db.migrations.executor import MigrationExecutor


def pending_migrations(alias: str) -> bool:
    executor = MigrationExecutor(connections[alias])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
