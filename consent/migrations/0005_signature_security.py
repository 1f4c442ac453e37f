"""Rules are kept, challenges are the tenant's own, and a request is answered by the contract once that is signed."""

from django.db import migrations

from ledger.rls import tenant_policy

KEEP = """
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON consent_signaturerule
    FOR EACH ROW EXECUTE FUNCTION consent_refuse();
DROP TRIGGER written_once ON consent_contract;
CREATE TRIGGER written_once BEFORE UPDATE ON consent_contract FOR EACH ROW EXECUTE FUNCTION consent_only_once(
    '{state}', '{signature_kind,signature_evidence,signed_at,activated_at,ended_at,ended_by,request_id}');
"""
BACK = """
DROP TRIGGER kept ON consent_signaturerule;
DROP TRIGGER written_once ON consent_contract;
CREATE TRIGGER written_once BEFORE UPDATE ON consent_contract FOR EACH ROW EXECUTE FUNCTION consent_only_once(
    '{state}', '{signature_kind,signature_evidence,signed_at,activated_at,ended_at,ended_by}');
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0004_signatures")]

    operations = [
        tenant_policy("consent_signaturerule"),
        tenant_policy("consent_signingchallenge"),
        migrations.RunSQL(KEEP, BACK),
    ]
