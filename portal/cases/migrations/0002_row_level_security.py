"""A case belongs to the organisation it is put to; the person may read her own everywhere."""

from django.db import migrations

from ledger.rls import party_matches, tenant_policy


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_cases")]

    operations = [tenant_policy("cases_case", readable_also=party_matches("person"))]
