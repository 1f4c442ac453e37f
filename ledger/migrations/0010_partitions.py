"""Entries in partitions of 2^24 by index, so that 10^8 of them stay usable (docs/adr/0018).

What stands already becomes the first partition as it is: nothing is copied. It cannot go back, because a single table
would have to take over the rows of all partitions; nothing but storage depends on it.
"""

from django.db import migrations, models

from ledger.rls import TENANT_MATCHES

ROWS = 2**24
COUNT = 8
FIRST = "ledger_entry_p0"
LATER = [f"ledger_entry_p{number}" for number in range(1, COUNT)]
REST = "ledger_entry_rest"


def partitioned() -> list[str]:
    return [
        f"ALTER TABLE ledger_entry RENAME TO {FIRST}",
        f"ALTER TABLE {FIRST} RENAME CONSTRAINT ledger_entry_pkey TO {FIRST}_pkey",
        # PostgreSQL holds what is unique in all partitions only where the index is part of it. Who stands in a person's
        # chain is decided under the log's lock, and verified.
        "DROP INDEX ledger_entry_subject_chain",
        f"CREATE TABLE ledger_entry (LIKE {FIRST} INCLUDING COMMENTS, "
        "CONSTRAINT ledger_entry_pkey PRIMARY KEY (tenant_id, index)) PARTITION BY RANGE (index)",
        f"ALTER TABLE ledger_entry ATTACH PARTITION {FIRST} FOR VALUES FROM (0) TO ({ROWS})",
        *(
            f"CREATE TABLE {name} PARTITION OF ledger_entry FOR VALUES FROM ({number * ROWS}) TO ({(number + 1) * ROWS})"
            for number, name in enumerate(LATER, 1)
        ),
        f"CREATE TABLE {REST} PARTITION OF ledger_entry DEFAULT",
        "CREATE INDEX ledger_entry_subject_chain ON ledger_entry (tenant_id, subject, subject_index)"
        " WHERE subject IS NOT NULL",
    ]


def walls() -> list[str]:
    """As for any table of the ledger; and nobody reaches a partition but through the whole."""
    made = ["ledger_entry", *LATER, REST]
    statements = []
    for table in made:
        statements += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY tenant ON {table} USING ({TENANT_MATCHES}) WITH CHECK ({TENANT_MATCHES})",
            f"CREATE POLICY sequencer ON {table} TO assent_sequencer USING (true) WITH CHECK (true)",
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()",
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER",
        ]
    closed = ["ledger_entry", FIRST, *LATER, REST]
    statements += [f"REVOKE ALL ON {table} FROM PUBLIC, assent_app, assent_sequencer" for table in closed]
    return [
        *statements,
        "GRANT SELECT ON ledger_entry TO assent_app",
        "GRANT SELECT, INSERT ON ledger_entry TO assent_sequencer",
    ]


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_erasure")]
    operations = [
        migrations.RunSQL(
            [*partitioned(), *walls()],
            state_operations=[
                migrations.RemoveConstraint("entry", "ledger_entry_subject_chain"),
                migrations.AddIndex(
                    "entry",
                    models.Index(
                        fields=["tenant_id", "subject", "subject_index"],
                        name="ledger_entry_subject_chain",
                        condition=models.Q(subject__isnull=False),
                    ),
                ),
            ],
        ),
    ]
