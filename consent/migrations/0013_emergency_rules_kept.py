"""Emergency rules are kept, and may be read by whoever asks as a party: who refuses emergency access has to know."""

from django.db import migrations

from ledger.rls import tenant_policy

ANY_PARTY = "NULLIF(current_setting('assent.party', true), '') IS NOT NULL"
KEEP = """
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON consent_emergencyrule
    FOR EACH ROW EXECUTE FUNCTION consent_refuse();
"""
BACK = "DROP TRIGGER kept ON consent_emergencyrule"


class Migration(migrations.Migration):
    dependencies = [("consent", "0012_emergency_rules")]

    operations = [
        tenant_policy("consent_emergencyrule", readable_also=ANY_PARTY),
        migrations.RunSQL(KEEP, BACK),
    ]
