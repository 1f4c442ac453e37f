"""A share code belongs to one tenant; its holder finds it by what is drawn from the code, at whichever tenant it is.

Who came by it, and under which contract, is written once.
"""

from django.db import migrations

from ledger.rls import party_matches, tenant_policy

KEEP = """
CREATE TRIGGER kept BEFORE DELETE ON consent_sharecode FOR EACH ROW EXECUTE FUNCTION consent_refuse();
CREATE TRIGGER written_once BEFORE UPDATE ON consent_sharecode FOR EACH ROW EXECUTE FUNCTION consent_only_once(
    '{state,tries}', '{viewer,viewer_name,contract_id}');
CREATE FUNCTION consent_share_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.tries < OLD.tries OR OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) <> ALL (ARRAY[
        'offered>asked', 'offered>ended', 'asked>admitted', 'asked>ended', 'admitted>ended'])
    THEN
        RAISE EXCEPTION 'a share code does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER step BEFORE UPDATE ON consent_sharecode FOR EACH ROW EXECUTE FUNCTION consent_share_step();
"""
BACK = """
DROP TRIGGER step ON consent_sharecode;
DROP FUNCTION consent_share_step();
DROP TRIGGER written_once ON consent_sharecode;
DROP TRIGGER kept ON consent_sharecode;
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0010_share_codes")]

    operations = [
        tenant_policy(
            "consent_sharecode", readable_also=f"{party_matches('person')} OR {party_matches('lookup')}"
        ),
        migrations.RunSQL(KEEP, BACK),
    ]
