"""An invitation belongs to the organisation that made it."""

from django.db import migrations

from ledger.rls import tenant_policy


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_invitations")]

    operations = [tenant_policy("accounts_invitation")]
