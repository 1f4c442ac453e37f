"""Whoever is named as the second signer may read what they are asked to sign; what waits is found by an index."""

from django.db import migrations

READ = """
CREATE POLICY readable_to_cosigner ON consent_contract FOR SELECT
    USING (terms ->> 'cosigner' = NULLIF(current_setting('assent.party', true), ''));
CREATE INDEX consent_contract_cosigner ON consent_contract ((terms ->> 'cosigner')) WHERE terms ->> 'cosigner' IS NOT NULL;
"""
BACK = """
DROP INDEX consent_contract_cosigner;
DROP POLICY readable_to_cosigner ON consent_contract;
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0013_emergency_rules_kept")]

    operations = [migrations.RunSQL(READ, BACK)]
