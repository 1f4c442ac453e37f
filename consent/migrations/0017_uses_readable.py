"""How often a contract was used may be read by whose records it is about, as the contract itself: a record that several
organisations keep is decided about in the scope of that person."""

from django.db import migrations

from ledger.rls import party_matches

OWN = f"""EXISTS (SELECT FROM consent_contract c
  WHERE c.tenant_id = consent_use.tenant_id AND c.id = consent_use.contract_id AND {party_matches("c.person")})"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0016_restrictions_kept")]

    operations = [
        migrations.RunSQL(
            f"CREATE POLICY readable ON consent_use FOR SELECT USING ({OWN})",
            "DROP POLICY readable ON consent_use",
        ),
    ]
