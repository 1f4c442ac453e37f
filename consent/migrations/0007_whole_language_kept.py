"""Row-level security for the uses; what the new columns of a contract may become; what was counted is kept."""

from django.db import migrations

from ledger.rls import tenant_policy

WRITTEN = """
DROP TRIGGER written_once ON consent_contract;
CREATE TRIGGER written_once BEFORE UPDATE ON consent_contract FOR EACH ROW EXECUTE FUNCTION consent_only_once(
    '{{state{free}}}', '{{signature_kind,signature_evidence,signed_at,activated_at,ended_at,ended_by,request_id{once}}}');
"""
AFTER = WRITTEN.format(
    free=",suspended_by_custodian", once=",cosignature_kind,cosignature_evidence,cosigned_at"
)
BEFORE = WRITTEN.format(free="", once="")

COUNTED = """
CREATE FUNCTION consent_use_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.total <> OLD.total + 1 OR NEW.contract_id <> OLD.contract_id THEN
        RAISE EXCEPTION 'uses are counted by ones' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER step BEFORE UPDATE ON consent_use FOR EACH ROW EXECUTE FUNCTION consent_use_step();
CREATE TRIGGER kept BEFORE DELETE ON consent_use FOR EACH ROW EXECUTE FUNCTION consent_refuse();
"""
BACK = """
DROP TRIGGER kept ON consent_use;
DROP TRIGGER step ON consent_use;
DROP FUNCTION consent_use_step();
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0006_whole_language")]

    operations = [
        tenant_policy("consent_use"),
        migrations.RunSQL(AFTER + COUNTED, BACK + BEFORE),
    ]
