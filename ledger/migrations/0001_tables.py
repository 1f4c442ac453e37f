"""The tables of the ledger. Their order, walls and privileges follow, one migration each."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "size", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("note", models.BinaryField(db_comment="The signed note, verbatim")),
                ("time", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Log",
            fields=[
                ("tenant_id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=63, unique=True)),
                (
                    "origin",
                    models.CharField(
                        db_comment="Name of the log key (tlog-checkpoint)", max_length=255, unique=True
                    ),
                ),
                ("vkey", models.TextField(db_comment="Verifier key of checkpoints")),
                ("promise_vkey", models.TextField(db_comment="Verifier key of promises")),
                (
                    "attested",
                    models.BinaryField(
                        db_comment="Sealed under the node's key beside the values above: proves them ours"
                    ),
                ),
                (
                    "read_only",
                    models.BooleanField(
                        db_comment="Takes no entry until an operator has looked", db_default=False
                    ),
                ),
                (
                    "alarm",
                    models.CharField(
                        db_comment="Code of what is wrong, or empty", db_default="", max_length=40
                    ),
                ),
                ("alarmed", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LogKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "use", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("use", models.CharField(choices=[("log", "log"), ("promise", "promise")], max_length=20)),
                ("wrapped", models.BinaryField(db_comment="Ed25519 seed, sealed under the node's key")),
            ],
            options={
                "db_table": "ledger_log_key",
            },
        ),
        migrations.CreateModel(
            name="Pseudonym",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "party", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("party", models.UUIDField()),
                ("sealed", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Sequenced",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "submission_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("submission_id", models.UUIDField()),
                ("index", models.BigIntegerField()),
                ("digest", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="State",
            fields=[
                ("tenant_id", models.UUIDField(primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
                ("last_hash", models.BinaryField()),
                ("last_time", models.DateTimeField()),
                ("frontier", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Subject",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "subject", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("subject", models.CharField(max_length=40)),
                ("count", models.BigIntegerField()),
                ("head_hash", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Tile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "level",
                        "n",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("level", models.SmallIntegerField()),
                ("n", models.BigIntegerField()),
                ("hashes", models.BinaryField()),
                ("root", models.BinaryField(db_comment="A hash of the level above")),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("index", models.BigIntegerField()),
                ("submission_id", models.UUIDField()),
                ("type", models.CharField(max_length=65)),
                ("time", models.DateTimeField(db_comment="That of sequencing")),
                ("actor", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=40, null=True)),
                ("subject_index", models.BigIntegerField(null=True)),
                ("leaf", models.BinaryField(db_comment="The exact bytes that are hashed (RFC 8785)")),
                ("leaf_hash", models.BinaryField(db_comment="SHA-256(0x00 || leaf)")),
                ("body", models.BinaryField(db_comment="The sealed parts; the leaf names its SHA-256")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("subject__isnull", False)),
                        fields=("tenant_id", "subject", "subject_index"),
                        name="ledger_entry_subject_chain",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Key",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("id", models.UUIDField()),
                ("owner", models.UUIDField()),
                ("use", models.CharField(max_length=40)),
                (
                    "wrapped",
                    models.BinaryField(
                        db_comment="Sealed under the tenant's key; that one under the node's key"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "owner", "use"), name="ledger_key_one_per_use"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("id", models.UUIDField()),
                (
                    "seq",
                    models.BigIntegerField(
                        db_comment="Identity, assigned at the insert: the order within a batch"
                    ),
                ),
                ("type", models.CharField(max_length=65)),
                ("actor", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=40, null=True)),
                ("time", models.DateTimeField(db_comment="That of the promise")),
                ("digest", models.BinaryField(db_comment="SHA-256 of the body")),
                ("body", models.BinaryField()),
                (
                    "conflict",
                    models.BooleanField(
                        db_comment="Its id stands in the log with another body", db_default=False
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("conflict", False)),
                        fields=["tenant_id", "seq"],
                        name="ledger_submission_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("actor__regex", "^([0-9a-f]{40}|system)$"),
                            ("type__regex", "^[a-z][a-z_]{0,31}(\\.[a-z][a-z_]{0,31})?$"),
                            models.Q(
                                ("subject", None), ("subject__regex", "^[0-9a-f]{40}$"), _connector="OR"
                            ),
                        ),
                        name="ledger_submission_names",
                    )
                ],
            },
        ),
    ]
