"""What was signed stays as it was signed; ends are ends; nothing is deleted."""

from django.db import migrations

KEEP = """
CREATE FUNCTION consent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are kept: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER kept BEFORE DELETE ON consent_contract FOR EACH ROW EXECUTE FUNCTION consent_refuse();
CREATE TRIGGER kept BEFORE DELETE ON consent_contractrequest FOR EACH ROW EXECUTE FUNCTION consent_refuse();
CREATE TRIGGER kept BEFORE DELETE ON consent_emergencysession FOR EACH ROW EXECUTE FUNCTION consent_refuse();
CREATE TRIGGER kept BEFORE DELETE ON consent_epoch FOR EACH ROW EXECUTE FUNCTION consent_refuse();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON consent_basepolicy FOR EACH ROW EXECUTE FUNCTION consent_refuse();
"""

# A row may change in the named columns only, and a column that once says something never says another thing.
COLUMNS = """
CREATE FUNCTION consent_only_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb := to_jsonb(NEW);
    name text;
BEGIN
    FOR name IN SELECT jsonb_object_keys(after) LOOP
        CONTINUE WHEN after -> name IS NOT DISTINCT FROM before -> name;
        CONTINUE WHEN name = ANY (TG_ARGV[0]::text[]);
        CONTINUE WHEN name = ANY (TG_ARGV[1]::text[]) AND before ->> name IS NOT DISTINCT FROM NULL;
        CONTINUE WHEN name = ANY (TG_ARGV[1]::text[]) AND before -> name IN ('""', '{}');
        RAISE EXCEPTION '%.% is written once', TG_TABLE_NAME, name USING ERRCODE = 'restrict_violation';
    END LOOP;
    RETURN NEW;
END $$;

CREATE TRIGGER written_once BEFORE UPDATE ON consent_contract FOR EACH ROW EXECUTE FUNCTION consent_only_once(
    '{state}', '{signature_kind,signature_evidence,signed_at,activated_at,ended_at,ended_by}');
CREATE TRIGGER written_once BEFORE UPDATE ON consent_contractrequest FOR EACH ROW EXECUTE FUNCTION consent_only_once(
    '{state}', '{answered_at,answered_by}');
CREATE TRIGGER written_once BEFORE UPDATE ON consent_emergencysession FOR EACH ROW EXECUTE FUNCTION consent_only_once(
    '{}', '{ended_at,ended_by,reviewed_at,reviewer,outcome,review}');
"""

STATES = """
CREATE FUNCTION consent_contract_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) <> ALL (ARRAY[
        'draft>proposed', 'draft>revoked', 'proposed>signed', 'proposed>revoked', 'proposed>expired',
        'signed>active', 'signed>revoked', 'signed>expired',
        'active>suspended', 'active>superseded', 'active>revoked', 'active>expired',
        'suspended>active', 'suspended>superseded', 'suspended>revoked', 'suspended>expired'])
    THEN
        RAISE EXCEPTION 'a contract does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER step BEFORE UPDATE ON consent_contract FOR EACH ROW EXECUTE FUNCTION consent_contract_step();

CREATE FUNCTION consent_epoch_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number <> OLD.number + 1 THEN
        RAISE EXCEPTION 'an epoch counts by ones' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER step BEFORE UPDATE ON consent_epoch FOR EACH ROW EXECUTE FUNCTION consent_epoch_step();
"""

BACK = """
DROP FUNCTION consent_refuse() CASCADE;
DROP FUNCTION consent_only_once() CASCADE;
DROP FUNCTION consent_contract_step() CASCADE;
DROP FUNCTION consent_epoch_step() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0002_row_level_security")]

    operations = [migrations.RunSQL(KEEP + COLUMNS + STATES, BACK)]
