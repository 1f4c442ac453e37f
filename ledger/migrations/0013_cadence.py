"""How often everybody is shown a newer checkpoint of a log, and how much padding hides what it grew by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0012_generations")]
    operations = [
        migrations.AddField(
            "log",
            "cadence",
            models.IntegerField(
                db_comment="Seconds between public checkpoints; 0: each is public", db_default=0
            ),
        ),
        migrations.AddField(
            "log",
            "padding",
            models.SmallIntegerField(
                db_comment="The most padding leaves that such a span adds; 0: none", db_default=0
            ),
        ),
        migrations.AddField(
            "log",
            "shown",
            models.BigIntegerField(
                db_comment="Size up to which every checkpoint was public before the cadence was set",
                db_default=0,
            ),
        ),
        migrations.RunSQL(
            "GRANT UPDATE (cadence, padding, shown) ON ledger_log TO assent_app",
            "REVOKE UPDATE (cadence, padding, shown) ON ledger_log FROM assent_app",
        ),
    ]
