"""Let the owner rewrap the keys of logs, within the scope of their tenant, as `manage.py rotate_keys --node` does."""

from django.db import migrations

from ledger.rls import TENANT_MATCHES


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_partitions")]
    operations = [
        migrations.RunSQL(
            f"CREATE POLICY rotation ON ledger_log_key TO CURRENT_USER USING ({TENANT_MATCHES})"
            f" WITH CHECK ({TENANT_MATCHES})",
            "DROP POLICY rotation ON ledger_log_key",
        )
    ]
