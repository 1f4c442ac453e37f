"""Exports belong to one tenant."""

from django.db import migrations

from ledger.rls import tenant_policy


class Migration(migrations.Migration):
    dependencies = [("records", "0007_exports")]

    operations = [tenant_policy("records_export"), tenant_policy("records_exportpart")]
