"""A version is never changed: not by the role that serves, and by the trigger not by a slip of the owner's.

A superuser who means it is found by the read itself and by `verify_ledger`.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION records_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'A correction is a further version of the record.';
END
$$
"""
TRIGGER = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_version
FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change()
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0002_row_level_security")]

    operations = [
        migrations.RunSQL(
            [
                "REVOKE ALL ON records_version, records_resource FROM PUBLIC, assent_app",
                "GRANT SELECT, INSERT ON records_version TO assent_app",
                "GRANT SELECT, INSERT, UPDATE ON records_resource TO assent_app",
                "REVOKE UPDATE, DELETE, TRUNCATE ON records_version FROM CURRENT_USER",
            ],
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            [REFUSE, TRIGGER],
            ["DROP TRIGGER append_only ON records_version", "DROP FUNCTION records_refuse_change()"],
        ),
    ]
