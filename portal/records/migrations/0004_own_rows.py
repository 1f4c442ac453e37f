"""What a person has where may be read as her own, at every tenant: which kinds, not what is in them (those are sealed)."""

from django.db import migrations

from ledger.rls import party_matches

FORWARD = f"CREATE POLICY readable ON records_resource FOR SELECT USING ({party_matches('person')})"


class Migration(migrations.Migration):
    dependencies = [("records", "0003_append_only")]

    operations = [migrations.RunSQL(FORWARD, "DROP POLICY readable ON records_resource")]
