"""Each table belongs to one tenant; no scope, no rows."""

from django.db import migrations

from ledger.rls import tenant_policy


class Migration(migrations.Migration):
    dependencies = [("records", "0001_records")]

    operations = [
        tenant_policy("records_resource"),
        tenant_policy("records_version"),
        tenant_policy("records_token"),
    ]
