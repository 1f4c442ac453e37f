"""Which erasure generation each person's key is wrapped under, and from when no backup opens what was erased."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_rotation")]
    operations = [
        migrations.AddField(
            "key",
            "generation",
            models.UUIDField(db_comment="Erasure generation, under which it is sealed first", null=True),
        ),
        migrations.AddField(
            "key",
            "bare_until",
            models.DateTimeField(db_comment="Since when it is under one, if not from the first", null=True),
        ),
        migrations.AddField(
            "erasure",
            "complete",
            models.DateTimeField(db_comment="From when no backup opens what was hers", null=True),
        ),
    ]
