"""Of who was erased the database keeps that she was, and nothing that leads to her entries.

That somebody is erased only the owner says; the app says that it is to be.
"""

from django.db import migrations, models

COLUMNS = "tenant_id, party, pseudonym, entry, time"
APP = f"""
REVOKE INSERT ON ledger_erasure FROM assent_app;
GRANT INSERT ({COLUMNS}) ON ledger_erasure TO assent_app
"""
# Row-level security binds the owner too, who has no tenant in scope here.
UNLINK = """
ALTER TABLE ledger_erasure NO FORCE ROW LEVEL SECURITY;
CREATE TEMPORARY TABLE gone ON COMMIT DROP AS
    SELECT tenant_id, party FROM ledger_erasure WHERE destroyed IS NOT NULL;
DELETE FROM ledger_erasure WHERE destroyed IS NOT NULL;
INSERT INTO ledger_erasure (tenant_id, party, erased) SELECT tenant_id, party, true FROM gone ORDER BY random();
ALTER TABLE ledger_erasure FORCE ROW LEVEL SECURITY
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0015_plain_names")]
    operations = [
        migrations.AlterField("erasure", "pseudonym", models.CharField(max_length=40, null=True)),
        migrations.AlterField(
            "erasure", "entry", models.UUIDField(db_comment="Submission id of subject.erased", null=True)
        ),
        migrations.AlterField("erasure", "time", models.DateTimeField(null=True)),
        migrations.AddField(
            "erasure",
            "erased",
            models.BooleanField(db_comment="Keys and name are destroyed", db_default=False),
        ),
        migrations.RunSQL(UNLINK, migrations.RunSQL.noop),
        migrations.RemoveField("erasure", "destroyed"),
        migrations.RemoveField("erasure", "complete"),
        migrations.AddConstraint(
            "erasure",
            models.CheckConstraint(
                name="ledger_erasure_leads_nowhere",
                condition=models.Q(erased=True, pseudonym=None, entry=None, time=None)
                | models.Q(erased=False, pseudonym__isnull=False, entry__isnull=False, time__isnull=False),
            ),
        ),
        migrations.RunSQL(APP, migrations.RunSQL.noop),
    ]
