"""Keys that follow the first one of a log, its witnesses, and the logs that this node witnesses. Walls follow in 0006."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "size",
                        "name",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("size", models.BigIntegerField()),
                ("name", models.CharField(db_comment="The witness's", max_length=255)),
                ("line", models.TextField()),
                ("time", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="LogWitness",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "name", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("name", models.CharField(db_comment="That of its key", max_length=255)),
                ("vkey", models.TextField()),
                (
                    "url",
                    models.TextField(
                        db_comment="Prefix of add-checkpoint and of its checkpoints (tlog-witness)"
                    ),
                ),
                ("active", models.BooleanField(db_default=True)),
                (
                    "size",
                    models.BigIntegerField(
                        db_comment="Of the newest checkpoint that it cosigned", db_default=0
                    ),
                ),
                ("cosigned", models.DateTimeField(null=True)),
                ("tried", models.DateTimeField(null=True)),
                (
                    "error",
                    models.CharField(
                        db_comment="Why the last try failed, or empty", db_default="", max_length=200
                    ),
                ),
            ],
            options={
                "db_table": "ledger_log_witness",
            },
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("id", models.UUIDField(db_comment="UUID7: a later key has a greater one")),
                ("kind", models.SmallIntegerField(db_comment="Of signed notes: 1 Ed25519, 6 ML-DSA-44")),
                ("vkey", models.TextField()),
                ("wrapped", models.BinaryField(db_comment="Seed, sealed under the node's key")),
                (
                    "attested",
                    models.BinaryField(db_comment="Sealed under the node's key beside tenant and vkey"),
                ),
                ("announced", models.UUIDField(null=True)),
                ("overlap_until", models.DateTimeField(null=True)),
                (
                    "first_size",
                    models.BigIntegerField(db_comment="Of the first checkpoint that it signed", null=True),
                ),
            ],
            options={
                "db_table": "ledger_signing_key",
            },
        ),
        migrations.CreateModel(
            name="WitnessedLog",
            fields=[
                ("origin", models.CharField(max_length=255, primary_key=True, serialize=False)),
                (
                    "vkeys",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                ("trusted", models.BooleanField(db_comment="False: not witnessed any more", db_default=True)),
                ("size", models.BigIntegerField(db_default=0)),
                ("root", models.BinaryField(null=True)),
                (
                    "note",
                    models.BinaryField(
                        db_comment="The checkpoint with the log's signatures and ours", null=True
                    ),
                ),
                ("cosigned", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "ledger_witnessed_log",
            },
        ),
        migrations.CreateModel(
            name="WitnessKey",
            fields=[
                ("name", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("vkey", models.TextField()),
                ("wrapped", models.BinaryField(db_comment="Ed25519 seed, sealed under the node's key")),
            ],
            options={
                "db_table": "ledger_witness_key",
            },
        ),
        migrations.AddField(
            model_name="log",
            name="quorum",
            field=models.SmallIntegerField(
                db_comment="How many of its witnesses must cosign a checkpoint; 0: none is waited for",
                db_default=0,
            ),
        ),
    ]
