"""Content beside records, sealed piece by piece."""

from django.db import migrations, models

from ledger.rls import tenant_policy


class Migration(migrations.Migration):
    dependencies = [("records", "0008_exports_row_level_security")]

    operations = [
        migrations.CreateModel(
            name="Chunk",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "key",
                        "index",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("key", models.UUIDField(db_comment="As the record names its content")),
                ("index", models.IntegerField()),
                ("sealed", models.BinaryField()),
            ],
        ),
        tenant_policy("records_chunk"),
        migrations.RunSQL(
            [
                "REVOKE ALL ON records_chunk FROM PUBLIC, assent_app",
                "GRANT SELECT, INSERT ON records_chunk TO assent_app",
            ],
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            [
                "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_chunk "
                "FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_change()"
            ],
            ["DROP TRIGGER append_only ON records_chunk"],
        ),
    ]
