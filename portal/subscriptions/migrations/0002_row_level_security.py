"""Subscriptions belong to one tenant."""

from django.db import migrations

from ledger.rls import tenant_policy


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0001_subscriptions")]

    operations = [tenant_policy("subscriptions_subscription")]
