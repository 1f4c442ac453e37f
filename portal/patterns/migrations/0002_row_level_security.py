"""Thresholds belong to their organisation."""

from django.db import migrations

from ledger.rls import tenant_policy


class Migration(migrations.Migration):
    dependencies = [("patterns", "0001_thresholds")]

    operations = [tenant_policy("patterns_thresholds")]
