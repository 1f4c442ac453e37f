"""Whom nothing may be written about any more, and what must not be erased yet.

The app says that somebody is to be erased; destroying keys and names is the owner's, by `manage.py erase_subject`.
"""

from django.db import migrations, models

from ledger.rls import tenant_policy

APP = {"ledger_erasure": "SELECT, INSERT", "ledger_hold": "SELECT, INSERT, UPDATE (released)"}
PRIVILEGES = [
    *(f"REVOKE ALL ON {table} FROM PUBLIC, assent_app, assent_sequencer" for table in APP),
    *(f"GRANT {rights} ON {table} TO assent_app" for table, rights in APP.items()),
]


def tenant_key(*fields: str) -> models.CompositePrimaryKey:
    return models.CompositePrimaryKey(
        "tenant_id", *fields, blank=True, editable=False, primary_key=True, serialize=False
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_recheck")]
    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("pk", tenant_key("party")),
                ("tenant_id", models.UUIDField()),
                ("party", models.UUIDField()),
                ("pseudonym", models.CharField(max_length=40)),
                ("entry", models.UUIDField(db_comment="Submission id of subject.erased")),
                ("time", models.DateTimeField()),
                (
                    "destroyed",
                    models.DateTimeField(db_comment="When keys and name were destroyed", null=True),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("pk", tenant_key("id")),
                ("tenant_id", models.UUIDField()),
                ("id", models.UUIDField()),
                ("party", models.UUIDField()),
                ("code", models.CharField(db_comment="Why, as a code: litigation, audit", max_length=40)),
                ("placed", models.DateTimeField()),
                ("released", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["tenant_id", "party"],
                        name="ledger_hold_standing",
                        condition=models.Q(released=None),
                    )
                ],
            },
        ),
        *(tenant_policy(table) for table in APP),
        migrations.RunSQL(PRIVILEGES, migrations.RunSQL.noop),
    ]
