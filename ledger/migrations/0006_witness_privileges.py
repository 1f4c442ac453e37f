"""Walls and privileges of the tables of 0005.

Keys are inserted by whoever opens or rotates a log and by the signer, and never changed: only the signer notes the
first checkpoint of each. The app's role does not read the private part. What this node witnessed is nobody's data
but its memory: a trigger refuses a step back, whoever asks for it.
"""

from django.db import migrations

from ledger.rls import tenant_policy

PUBLIC_COLUMNS = "tenant_id, id, kind, vkey, attested, announced, overlap_until, first_size"
APP = {
    "ledger_signing_key": f"SELECT ({PUBLIC_COLUMNS}), INSERT",
    "ledger_log_witness": "SELECT, INSERT, UPDATE (url, vkey, active)",
    "ledger_cosignature": "SELECT",
    "ledger_witnessed_log": "SELECT, INSERT, UPDATE (vkeys, trusted, size, root, note, cosigned)",
    "ledger_witness_key": "SELECT, INSERT",
}
SEQUENCER = {
    "ledger_signing_key": "SELECT, INSERT, UPDATE (first_size)",
    "ledger_log_witness": "SELECT, UPDATE (size, cosigned, tried, error)",
    "ledger_cosignature": "SELECT, INSERT",
}
TRIGGERS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_cosignature
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE FUNCTION ledger_refuse_step_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.origin = OLD.origin
        AND (NEW.size > OLD.size OR NEW.size = OLD.size AND (OLD.root IS NULL OR NEW.root = OLD.root))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a witness does not go back: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', HINT = 'Stop witnessing the log; what was seen of it stays.';
END
$$;
CREATE TRIGGER no_step_back BEFORE UPDATE OR DELETE ON ledger_witnessed_log
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_step_back();
CREATE TRIGGER no_emptying BEFORE TRUNCATE ON ledger_witnessed_log
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_step_back()
"""
NO_TRIGGERS = """
DROP TRIGGER no_emptying ON ledger_witnessed_log;
DROP TRIGGER no_step_back ON ledger_witnessed_log;
DROP FUNCTION ledger_refuse_step_back();
DROP TRIGGER append_only ON ledger_cosignature
"""


def privileges() -> list[str]:
    statements = [f"REVOKE ALL ON {table} FROM PUBLIC, assent_app, assent_sequencer" for table in APP]
    statements += [f"GRANT {rights} ON {table} TO assent_app" for table, rights in APP.items()]
    statements += [f"GRANT {rights} ON {table} TO assent_sequencer" for table, rights in SEQUENCER.items()]
    statements += ["GRANT UPDATE (quorum) ON ledger_log TO assent_app"]
    statements += ["REVOKE UPDATE, DELETE, TRUNCATE ON ledger_cosignature FROM CURRENT_USER"]
    return statements


def sequencer_policy(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE POLICY sequencer ON {table} TO assent_sequencer USING (true) WITH CHECK (true)",
        f"DROP POLICY sequencer ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_witnesses_and_keys")]
    operations = [
        tenant_policy("ledger_signing_key", readable_also="true"),
        tenant_policy("ledger_log_witness"),
        tenant_policy("ledger_cosignature"),
        *(sequencer_policy(table) for table in SEQUENCER),
        migrations.RunSQL(privileges(), migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
