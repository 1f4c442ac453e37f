"""Rows are kept, but for those of a person who is erased."""

from django.db import migrations

REFUSE = """
CREATE OR REPLACE FUNCTION consent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {unless}
    RAISE EXCEPTION '% rows are kept: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""
UNLESS = "IF TG_OP = 'DELETE' AND ledger_erases(TG_RELID) THEN RETURN OLD; END IF;"


class Migration(migrations.Migration):
    dependencies = [("consent", "0017_uses_readable"), ("ledger", "0019_erasing")]
    operations = [migrations.RunSQL(REFUSE.replace("{unless}", UNLESS), REFUSE.replace("{unless}", ""))]
