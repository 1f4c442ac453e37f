"""What the ledger stores. Rows are written by SQL in `services`, `sequencer` and `signer`; read by `selectors`.

Every table is bound to its tenant by row-level security; which role may write which table, and what nobody
may change, stands in migrations/0004_append_only.py and, for witnesses and keys, 0006_witness_privileges.py.
"""

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from ledger.witness_models import Cosignature, LogWitness, WitnessedLog, WitnessKey

__all__ = ["Cosignature", "LogWitness", "WitnessKey", "WitnessedLog"]

PSEUDONYM = 40
TYPE = 65


def _pseudonym(field: str) -> models.Q:
    """Its length apart from its characters: PostgreSQL takes ten times as long for `{40}` in a pattern."""
    return models.Q((f"{field}__regex", "^[0-9a-f]+$"), Exact(Length(field), PSEUDONYM))


class Log(models.Model):
    """A tenant's log: its public name and keys. Anyone may read these rows; they are published anyway."""

    tenant_id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=63, unique=True)
    origin = models.CharField(max_length=255, unique=True, db_comment="Name of the log key (tlog-checkpoint)")
    vkey = models.TextField(db_comment="Verifier key of checkpoints")
    promise_vkey = models.TextField(db_comment="Verifier key of promises")
    attested = models.BinaryField(
        db_comment="Sealed under the node's key beside the values above: proves them ours"
    )
    read_only = models.BooleanField(
        db_default=False, db_comment="Takes no entry until an operator has looked"
    )
    alarm = models.CharField(max_length=40, db_default="", db_comment="Code of what is wrong, or empty")
    alarmed = models.DateTimeField(null=True)
    quorum = models.SmallIntegerField(
        db_default=0, db_comment="How many of its witnesses must cosign a checkpoint; 0: none is waited for"
    )
    cadence = models.IntegerField(
        db_default=0, db_comment="Seconds between public checkpoints; 0: each is public"
    )
    padding = models.SmallIntegerField(
        db_default=0, db_comment="The most padding leaves that such a span adds; 0: none"
    )
    shown = models.BigIntegerField(
        db_default=0, db_comment="Size up to which every checkpoint was public before the cadence was set"
    )


class LogKey(models.Model):
    """The private keys of a log, wrapped by the node's key. The app's role cannot read the row `log`."""

    pk = models.CompositePrimaryKey("tenant_id", "use")
    tenant_id = models.UUIDField()
    use = models.CharField(max_length=20, choices=[("log", "log"), ("promise", "promise")])
    wrapped = models.BinaryField(db_comment="Ed25519 seed, sealed under the node's key")

    class Meta:
        db_table = "ledger_log_key"


class SigningKey(models.Model):
    """A key that signs checkpoints besides the one that the log was opened with. Rows are never changed or deleted.

    The app's role does not read `wrapped`. `announced` is the submission of the `key.rotated` entry that names the
    key: it signs the trees that contain this entry, and its predecessor of the same kind signs beside it until
    `overlap_until`. None: it signs beside the log's first key from the beginning.
    """

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.UUIDField(db_comment="UUID7: a later key has a greater one")
    kind = models.SmallIntegerField(db_comment="Of signed notes: 1 Ed25519, 6 ML-DSA-44")
    vkey = models.TextField()
    wrapped = models.BinaryField(db_comment="Seed, sealed under the node's key")
    attested = models.BinaryField(db_comment="Sealed under the node's key beside tenant and vkey")
    announced = models.UUIDField(null=True)
    overlap_until = models.DateTimeField(null=True)
    first_size = models.BigIntegerField(null=True, db_comment="Of the first checkpoint that it signed")

    class Meta:
        db_table = "ledger_signing_key"


class Key(models.Model):
    """A sealing key of one owner (a person, or the tenant itself) for one use."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.UUIDField()
    owner = models.UUIDField()
    use = models.CharField(max_length=40)
    wrapped = models.BinaryField(db_comment="Sealed under the tenant's key; that one under the node's key")
    generation = models.UUIDField(null=True, db_comment="Erasure generation, under which it is sealed first")
    bare_until = models.DateTimeField(
        null=True, db_comment="Since when it is under one, if not from the first"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "owner", "use"], name="ledger_key_one_per_use"),
        ]


class Pseudonym(models.Model):
    """What a party is called in a log. Readable with the party's own key only, and gone with it."""

    pk = models.CompositePrimaryKey("tenant_id", "party")
    tenant_id = models.UUIDField()
    party = models.UUIDField()
    sealed = models.BinaryField()


class Erasure(models.Model):
    """A person who was erased, or is about to be: no key is made and nothing written about her any more."""

    pk = models.CompositePrimaryKey("tenant_id", "party")
    tenant_id = models.UUIDField()
    party = models.UUIDField()
    # Until keys and name are destroyed; then nothing may lead from her to her entries.
    pseudonym = models.CharField(max_length=PSEUDONYM, null=True)  # noqa: DJ001 - None is no name
    entry = models.UUIDField(null=True, db_comment="Submission id of subject.erased")
    time = models.DateTimeField(null=True)
    erased = models.BooleanField(db_default=False, db_comment="Keys and name are destroyed")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ledger_erasure_leads_nowhere",
                condition=models.Q(erased=True, pseudonym=None, entry=None, time=None)
                | models.Q(erased=False, pseudonym__isnull=False, entry__isnull=False, time__isnull=False),
            )
        ]


class Hold(models.Model):
    """A legal hold: while one stands, the person is not erased."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.UUIDField()
    party = models.UUIDField()
    code = models.CharField(max_length=40, db_comment="Why, as a code: litigation, audit")
    placed = models.DateTimeField()
    released = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["tenant_id", "party"],
                name="ledger_hold_standing",
                condition=models.Q(released=None),
            ),
        ]


class Submission(models.Model):
    """An accepted entry that waits for its index."""

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField()
    id = models.UUIDField()
    seq = models.BigIntegerField(db_comment="Identity, assigned at the insert: the order within a batch")
    type = models.CharField(max_length=TYPE)
    actor = models.CharField(max_length=PSEUDONYM)
    subject = models.CharField(max_length=PSEUDONYM, null=True)  # noqa: DJ001 - None is no subject
    time = models.DateTimeField(db_comment="That of the promise")
    digest = models.BinaryField(db_comment="SHA-256 of the body")
    body = models.BinaryField()
    conflict = models.BooleanField(db_default=False, db_comment="Its id stands in the log with another body")

    class Meta:
        indexes = [
            models.Index(
                fields=["tenant_id", "seq"],
                name="ledger_submission_waiting",
                condition=models.Q(conflict=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="ledger_submission_names",
                condition=models.Q(type__regex=r"^[a-z][a-z_]*(\.[a-z][a-z_]*)?$")
                & (models.Q(actor="system") | _pseudonym("actor"))
                & (models.Q(subject=None) | _pseudonym("subject")),
            ),
        ]


class Entry(models.Model):
    """One leaf of the log, with the values it holds repeated in clear columns for searching. Partitioned by index."""

    pk = models.CompositePrimaryKey("tenant_id", "index")
    tenant_id = models.UUIDField()
    index = models.BigIntegerField()
    submission_id = models.UUIDField()
    type = models.CharField(max_length=TYPE)
    time = models.DateTimeField(db_comment="That of sequencing")
    actor = models.CharField(max_length=PSEUDONYM)
    subject = models.CharField(max_length=PSEUDONYM, null=True)  # noqa: DJ001 - None is no subject
    subject_index = models.BigIntegerField(null=True)
    leaf = models.BinaryField(db_comment="The exact bytes that are hashed (RFC 8785)")
    leaf_hash = models.BinaryField(db_comment="SHA-256(0x00 || leaf)")
    body = models.BinaryField(db_comment="The sealed parts; the leaf names its SHA-256")

    class Meta:
        indexes = [
            models.Index(
                fields=["tenant_id", "subject", "subject_index"],
                name="ledger_entry_subject_chain",
                condition=models.Q(subject__isnull=False),
            ),
        ]


class Sequenced(models.Model):
    """Which submission got which index: what makes a repeated submission harmless."""

    pk = models.CompositePrimaryKey("tenant_id", "submission_id")
    tenant_id = models.UUIDField()
    submission_id = models.UUIDField()
    index = models.BigIntegerField()
    digest = models.BinaryField()


class Subject(models.Model):
    """The head of one subject's chain inside the log."""

    pk = models.CompositePrimaryKey("tenant_id", "subject")
    tenant_id = models.UUIDField()
    subject = models.CharField(max_length=PSEUDONYM)
    count = models.BigIntegerField()
    head_hash = models.BinaryField()


class State(models.Model):
    """Where the log ends; written with every batch. Absent while the log is empty."""

    tenant_id = models.UUIDField(primary_key=True)
    size = models.BigIntegerField()
    last_hash = models.BinaryField()
    last_time = models.DateTimeField()
    frontier = models.BinaryField()


class Tile(models.Model):
    """256 hashes of one level of the tree (C2SP tlog-tiles). Only full tiles; others follow from what is below."""

    pk = models.CompositePrimaryKey("tenant_id", "level", "n")
    tenant_id = models.UUIDField()
    level = models.SmallIntegerField()
    n = models.BigIntegerField()
    hashes = models.BinaryField()
    root = models.BinaryField(db_comment="A hash of the level above")


class Publication(models.Model):
    """A checkpoint that anyone may print; listed for ever."""

    pk = models.CompositePrimaryKey("tenant_id", "size")
    tenant_id = models.UUIDField()
    size = models.BigIntegerField()
    time = models.DateTimeField()


class Timestamp(models.Model):
    """What a timestamping authority (RFC 3161) answered about a checkpoint."""

    pk = models.CompositePrimaryKey("tenant_id", "size", "authority")
    tenant_id = models.UUIDField()
    size = models.BigIntegerField()
    authority = models.CharField(max_length=255, db_comment="Host that was asked")
    answer = models.BinaryField(db_comment="TimeStampResp in DER, verbatim")
    time = models.DateTimeField(db_comment="genTime, as the authority says")


class Checkpoint(models.Model):
    """A signed tree head that was published."""

    pk = models.CompositePrimaryKey("tenant_id", "size")
    tenant_id = models.UUIDField()
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.BinaryField(db_comment="The signed note, verbatim")
    time = models.DateTimeField()
