"""An archive, and what it holds, belong to the tenant whose log it is of."""

from django.db import migrations

from ledger.rls import tenant_policy


class Migration(migrations.Migration):
    dependencies = [("auditors", "0005_archive")]

    operations = [tenant_policy("auditors_archive"), tenant_policy("auditors_archivepiece")]
