"""What ties checkpoints to the world outside: publications that may be printed, and timestamps of authorities.

No foreign key to the checkpoints: they are only inserted out of a SELECT of one, and no checkpoint is ever deleted.
"""

from django.db import migrations, models

from ledger.rls import tenant_policy

TABLES = ["ledger_publication", "ledger_timestamp"]
FORWARD = [
    *(f"REVOKE ALL ON {table} FROM PUBLIC, assent_app, assent_sequencer" for table in TABLES),
    *(f"GRANT SELECT, INSERT ON {table} TO assent_app" for table in TABLES),
    *(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER" for table in TABLES),
    *(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
        for table in TABLES
    ),
]
BACKWARD = [f"DROP TRIGGER append_only ON {table}" for table in TABLES]


def tenant_key(*fields: str) -> models.CompositePrimaryKey:
    return models.CompositePrimaryKey(
        "tenant_id", *fields, blank=True, editable=False, primary_key=True, serialize=False
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_witness_privileges")]
    operations = [
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("pk", tenant_key("size")),
                ("tenant_id", models.UUIDField()),
                ("size", models.BigIntegerField()),
                ("time", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Timestamp",
            fields=[
                ("pk", tenant_key("size", "authority")),
                ("tenant_id", models.UUIDField()),
                ("size", models.BigIntegerField()),
                ("authority", models.CharField(db_comment="Host that was asked", max_length=255)),
                ("answer", models.BinaryField(db_comment="TimeStampResp in DER, verbatim")),
                ("time", models.DateTimeField(db_comment="genTime, as the authority says")),
            ],
        ),
        *(tenant_policy(table) for table in TABLES),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
