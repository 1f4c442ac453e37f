"""Memberships and registrations belong to a tenant; an account and a person may read their own everywhere."""

from django.db import migrations

from ledger.rls import party_matches, tenant_policy


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_accounts")]

    operations = [
        tenant_policy("accounts_membership", readable_also=party_matches("user_id")),
        tenant_policy("accounts_registration", readable_also=party_matches("person_id")),
    ]
