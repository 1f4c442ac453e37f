"""What is sealed of a person may be fetched as her own, at every tenant; opening it takes the keys, and an entry first.

A record that several organisations keep is fetched by one statement, in the scope of that person.
"""

from django.db import migrations

from ledger.rls import party_matches

FORWARD = f"CREATE POLICY readable ON records_version FOR SELECT USING ({party_matches('person')})"


class Migration(migrations.Migration):
    dependencies = [("records", "0010_denials")]

    operations = [migrations.RunSQL(FORWARD, "DROP POLICY readable ON records_version")]
