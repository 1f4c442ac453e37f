"""Base policies and signature rules may be read by whoever asks as a party, as they are about to sign under them.

How often what is in force for a person changed may be read by that person.
"""

from django.db import migrations

from ledger.rls import party_matches

ANY_PARTY = "NULLIF(current_setting('assent.party', true), '') IS NOT NULL"
READABLE = {
    "consent_basepolicy": ANY_PARTY,
    "consent_signaturerule": ANY_PARTY,
    "consent_epoch": party_matches("person"),
}


class Migration(migrations.Migration):
    dependencies = [("consent", "0007_whole_language_kept")]

    operations = [
        migrations.RunSQL(
            f"CREATE POLICY readable ON {table} FOR SELECT USING ({condition})",
            f"DROP POLICY readable ON {table}",
        )
        for table, condition in READABLE.items()
    ]
