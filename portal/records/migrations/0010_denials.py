"""Denials of a short while ago, and how often the same came again."""

from django.db import migrations, models

from ledger.rls import tenant_policy


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0009_chunks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Denial",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "digest", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("digest", models.BinaryField(db_comment="HMAC of what the entry says")),
                ("person", models.UUIDField()),
                ("entry", models.UUIDField(db_comment="The entry of the first one")),
                ("promised", models.BinaryField(db_comment="What its promise names as the hash of its body")),
                ("first", models.DateTimeField()),
                ("last", models.DateTimeField()),
                ("repeats", models.IntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(models.F("tenant_id"), models.F("first"), name="records_denials_by_age")
                ],
            },
        ),
        tenant_policy("records_denial"),
    ]
