"""How far a log was read belongs to its tenant. What an account wishes belongs to the account, which has no tenant."""

from django.db import migrations

from ledger.rls import tenant_policy


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_notices")]

    operations = [tenant_policy("notices_position")]
