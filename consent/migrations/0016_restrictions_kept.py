"""Restrictions are kept as they were placed, and may be read by the person whose records they are about."""

from django.db import migrations

from ledger.rls import party_matches, tenant_policy

KEEP = """
CREATE TRIGGER kept BEFORE DELETE ON consent_restriction FOR EACH ROW EXECUTE FUNCTION consent_refuse();
CREATE TRIGGER written_once BEFORE UPDATE ON consent_restriction FOR EACH ROW EXECUTE FUNCTION consent_only_once(
    '{}', '{review_asked_at,reviewed_at,reviewer,upheld,lifted_at,lifted_by}');
"""
BACK = """
DROP TRIGGER written_once ON consent_restriction;
DROP TRIGGER kept ON consent_restriction;
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0015_restrictions")]

    operations = [
        tenant_policy("consent_restriction", readable_also=party_matches("person")),
        migrations.RunSQL(KEEP, BACK),
    ]
