"""Each table shows a role the rows of the tenant in scope; the sequencer serves all tenants' logs.

`ledger_log` is a public directory. Of `ledger_log_key` the app's role reads only the key that signs promises:
whoever takes over the web server cannot sign a checkpoint.
"""

from django.db import migrations

from ledger.rls import TENANT_MATCHES, tenant_policy

TENANT_TABLES = [
    "ledger_key",
    "ledger_pseudonym",
    "ledger_submission",
    "ledger_entry",
    "ledger_sequenced",
    "ledger_subject",
    "ledger_state",
    "ledger_tile",
    "ledger_checkpoint",
]
SEQUENCED_TABLES = ["ledger_log", "ledger_log_key", *TENANT_TABLES[2:]]

LOG_KEY_FORWARD = [
    "ALTER TABLE ledger_log_key ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE ledger_log_key FORCE ROW LEVEL SECURITY",
    f"CREATE POLICY tenant ON ledger_log_key FOR INSERT WITH CHECK ({TENANT_MATCHES})",
    f"CREATE POLICY promises ON ledger_log_key FOR SELECT USING ({TENANT_MATCHES} AND use = 'promise')",
]
LOG_KEY_BACKWARD = [
    "DROP POLICY promises ON ledger_log_key",
    "DROP POLICY tenant ON ledger_log_key",
    "ALTER TABLE ledger_log_key NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE ledger_log_key DISABLE ROW LEVEL SECURITY",
]


def sequencer_policy(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE POLICY sequencer ON {table} TO assent_sequencer USING (true) WITH CHECK (true)",
        f"DROP POLICY sequencer ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_submission_order")]
    operations = [
        tenant_policy("ledger_log", readable_also="true"),
        migrations.RunSQL(LOG_KEY_FORWARD, LOG_KEY_BACKWARD),
        *(tenant_policy(table) for table in TENANT_TABLES),
        *(sequencer_policy(table) for table in SEQUENCED_TABLES),
    ]
