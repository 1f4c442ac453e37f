"""A log that is not sequenced takes no more after a while: asked where the entry is inserted."""

import importlib

from django.db import migrations

before = importlib.import_module("ledger.migrations.0017_at_each_tenant")

WAITS = "ledger_waits_longer(uuid, interval)"
APPEND = before.APPEND.replace("uuid[])", "uuid[], interval)")

# Strict: without a limit nothing is looked at.
CREATE_WAITS = f"""
CREATE FUNCTION {WAITS} RETURNS boolean LANGUAGE sql STABLE STRICT AS $$
  SELECT COALESCE((
    SELECT time FROM ledger_submission WHERE tenant_id = $1 AND NOT conflict ORDER BY seq LIMIT 1
  ) < clock_timestamp() - $2, false)
$$
"""

# As before, and the longest that what waits may have waited; NULL: not asked.
CREATE_APPEND = before.CREATE_APPEND.replace(before.APPEND, APPEND).replace(
    "AND NOT read_only\n", "AND NOT read_only AND ledger_waits_longer($1[place], $10) IS NOT TRUE\n"
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0017_at_each_tenant")]
    operations = [
        before.function(WAITS, CREATE_WAITS),
        migrations.RunSQL(f"DROP FUNCTION {before.APPEND}", before.CREATE_APPEND),
        before.function(APPEND, CREATE_APPEND),
    ]
