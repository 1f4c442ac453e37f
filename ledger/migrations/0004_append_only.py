"""Who may write what, and what nobody may change.

Privileges hold for the roles that serve; the triggers also stop the owner, an administrator and a slip of
our own. Neither stops a superuser who means it: that is what `verify_ledger` and the witnesses are for.
"""

from django.db import migrations

APP = {
    "ledger_log": "SELECT, INSERT",
    "ledger_log_key": "SELECT, INSERT",
    "ledger_key": "SELECT, INSERT",
    "ledger_pseudonym": "SELECT, INSERT",
    "ledger_submission": "SELECT, INSERT",
    "ledger_entry": "SELECT",
    "ledger_sequenced": "SELECT",
    "ledger_subject": "SELECT",
    "ledger_state": "SELECT",
    "ledger_tile": "SELECT",
    "ledger_checkpoint": "SELECT",
}
SEQUENCER = {
    "ledger_log": "SELECT, UPDATE (read_only, alarm, alarmed)",
    "ledger_log_key": "SELECT",
    "ledger_submission": "SELECT, DELETE, UPDATE (conflict)",
    "ledger_entry": "SELECT, INSERT",
    "ledger_sequenced": "SELECT, INSERT",
    "ledger_subject": "SELECT, INSERT, UPDATE",
    "ledger_state": "SELECT, INSERT, UPDATE",
    "ledger_tile": "SELECT, INSERT",
    "ledger_checkpoint": "SELECT, INSERT",
}
APPEND_ONLY = ["ledger_entry", "ledger_sequenced", "ledger_tile", "ledger_checkpoint"]

REFUSE = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'A correction is a further entry of the log.';
END
$$
"""


def privileges() -> list[str]:
    statements = [f"REVOKE ALL ON {table} FROM PUBLIC, assent_app, assent_sequencer" for table in APP]
    statements += [f"GRANT {rights} ON {table} TO assent_app" for table, rights in APP.items()]
    statements += [f"GRANT {rights} ON {table} TO assent_sequencer" for table, rights in SEQUENCER.items()]
    statements += [f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER" for table in APPEND_ONLY]
    return statements


def triggers() -> list[str]:
    return [
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
        for table in APPEND_ONLY
    ]


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_row_level_security")]
    operations = [
        migrations.RunSQL(privileges(), migrations.RunSQL.noop),
        migrations.RunSQL(
            [REFUSE, *triggers()],
            [
                *(f"DROP TRIGGER append_only ON {table}" for table in APPEND_ONLY),
                "DROP FUNCTION ledger_refuse_change()",
            ],
        ),
    ]
