"""A replay belongs to the tenant whose log it reads."""

from django.db import migrations

from ledger.rls import tenant_policy


class Migration(migrations.Migration):
    dependencies = [("auditors", "0003_replay")]

    operations = [tenant_policy("auditors_replay")]
