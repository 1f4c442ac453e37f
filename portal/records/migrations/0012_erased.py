"""Versions and content are never changed, but those of a person who is erased go."""

from django.db import migrations

REFUSE = """
CREATE OR REPLACE FUNCTION records_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {unless}
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'A correction is a further version of the record.';
END
$$
"""
UNLESS = "IF TG_OP = 'DELETE' AND ledger_erases(TG_RELID) THEN RETURN NULL; END IF;"


class Migration(migrations.Migration):
    dependencies = [("records", "0011_own_versions"), ("ledger", "0019_erasing")]
    operations = [
        migrations.RunSQL(REFUSE.replace("{unless}", UNLESS), REFUSE.replace("{unless}", "")),
        migrations.RunSQL(
            "GRANT DELETE ON records_version TO CURRENT_USER",
            "REVOKE DELETE ON records_version FROM CURRENT_USER",
        ),
    ]
