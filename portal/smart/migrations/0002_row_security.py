"""What an organisation lets in belongs to it; an account may read its own connections, an application its admissions."""

from django.db import migrations

from ledger.rls import party_matches, tenant_policy


class Migration(migrations.Migration):
    dependencies = [("smart", "0001_applications")]

    operations = [
        tenant_policy("smart_admission", readable_also=party_matches("application_id")),
        tenant_policy("smart_launch"),
        tenant_policy("smart_connection", readable_also=party_matches("account_id")),
    ]
