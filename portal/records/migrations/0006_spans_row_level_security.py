"""The times of the search index belong to one tenant, like its tokens."""

from django.db import migrations

from ledger.rls import tenant_policy


class Migration(migrations.Migration):
    dependencies = [("records", "0005_search_index")]

    operations = [tenant_policy("records_span")]
