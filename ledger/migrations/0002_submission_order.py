"""Submissions number themselves as they are inserted, and none is stored whose digest is not its body's.

CACHE 1: a session that kept numbers in reserve would put a later revocation before an earlier read.
"""

from django.db import migrations

FORWARD = [
    "ALTER TABLE ledger_submission ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (CACHE 1)",
    "ALTER TABLE ledger_submission ADD CONSTRAINT ledger_submission_digest CHECK (digest = sha256(body))",
    # Rows live for some milliseconds; what they leave must not wait for a fifth of the table to be dead.
    "ALTER TABLE ledger_submission SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000)",
    # A body of a few kilobytes stays in its row: a second table and index for it would double the writing.
    "ALTER TABLE ledger_submission SET (toast_tuple_target = 8160)",
    "ALTER TABLE ledger_entry SET (toast_tuple_target = 8160)",
    # Sealed bytes do not compress.
    "ALTER TABLE ledger_submission ALTER COLUMN body SET STORAGE EXTERNAL",
    "ALTER TABLE ledger_entry ALTER COLUMN body SET STORAGE EXTERNAL",
    "ALTER TABLE ledger_tile ALTER COLUMN hashes SET STORAGE EXTERNAL",
]
BACKWARD = [
    "ALTER TABLE ledger_submission DROP CONSTRAINT ledger_submission_digest",
    "ALTER TABLE ledger_submission ALTER COLUMN seq DROP IDENTITY",
]


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_tables")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
