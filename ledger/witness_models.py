"""What the ledger stores of witnesses: those that its logs ask, and what this node saw as one."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Cosignature(models.Model):
    """What a witness of the log answered to one checkpoint: its verified line of the note."""

    pk = models.CompositePrimaryKey("tenant_id", "size", "name")
    tenant_id = models.UUIDField()
    size = models.BigIntegerField()
    name = models.CharField(max_length=255, db_comment="The witness's")
    line = models.TextField()
    time = models.DateTimeField()


class LogWitness(models.Model):
    """A witness that is asked to cosign a log's checkpoints, and how that goes."""

    pk = models.CompositePrimaryKey("tenant_id", "name")
    tenant_id = models.UUIDField()
    name = models.CharField(max_length=255, db_comment="That of its key")
    vkey = models.TextField()
    url = models.TextField(db_comment="Prefix of add-checkpoint and of its checkpoints (tlog-witness)")
    active = models.BooleanField(db_default=True)
    size = models.BigIntegerField(db_default=0, db_comment="Of the newest checkpoint that it cosigned")
    cosigned = models.DateTimeField(null=True)
    tried = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, db_default="", db_comment="Why the last try failed, or empty")

    class Meta:
        db_table = "ledger_log_witness"


class WitnessedLog(models.Model):
    """A log for which this node is a witness, of this node or of another, and the last checkpoint it cosigned.

    Not a tenant's: what the witness saw of a log is the same for everybody, and published. A trigger keeps it
    from ever going back.
    """

    origin = models.CharField(max_length=255, primary_key=True)
    vkeys = ArrayField(models.TextField())
    trusted = models.BooleanField(db_default=True, db_comment="False: not witnessed any more")
    size = models.BigIntegerField(db_default=0)
    root = models.BinaryField(null=True)
    note = models.BinaryField(null=True, db_comment="The checkpoint with the log's signatures and ours")
    cosigned = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_witnessed_log"


class WitnessKey(models.Model):
    """The key by which this node cosigns: one for all logs, made at first use."""

    name = models.CharField(max_length=255, primary_key=True)
    vkey = models.TextField()
    wrapped = models.BinaryField(db_comment="Ed25519 seed, sealed under the node's key")

    class Meta:
        db_table = "ledger_witness_key"
