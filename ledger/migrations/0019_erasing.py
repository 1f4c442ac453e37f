"""What the apps above keep may be deleted by the owner, in a transaction that says whom it erases, and by nobody else."""

from django.db import migrations

ERASES = """
CREATE FUNCTION ledger_erases(kept oid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT COALESCE(current_setting('assent.erasing', true), '') <> ''
    AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = kept)
$$
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0018_back_pressure")]
    operations = [migrations.RunSQL(ERASES, "DROP FUNCTION ledger_erases(oid)")]
