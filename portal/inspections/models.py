"""Long work on a tenant's log that somebody asked for: how far it is, and what it found."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from ledger.identity import new_id


class Run(models.Model):
    """One run. It works in another process and can be left: this row is how the pages know of it.

    Of a tenant's runs of one kind only one is unfinished, of archives one of each asker.
    `findings`: [{kind, sentence, index}].
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    asked_by = models.UUIDField()
    asked = models.DateTimeField(db_default=Now())
    seen = models.DateTimeField(db_default=Now(), db_comment="Last sign of life of the run")
    finished = models.DateTimeField(null=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    held = models.BooleanField(null=True)
    findings = models.JSONField(default=list)

    each_asker: ClassVar[bool] = False  # whether everybody who asks may have one unfinished

    class Meta:
        abstract = True


class Verification(Run):
    """Of the whole log. `held` is None while it runs, and if it could not be finished."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id"],
                condition=models.Q(finished=None),
                name="auditors_one_verification_at_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index("tenant_id", models.F("asked").desc(), name="auditors_newest_verification")
        ]


class Replay(Run):
    """Of every decision. `held`: whether all that could be executed again came out the same."""

    same = models.BigIntegerField(default=0)
    differs = models.BigIntegerField(default=0)
    unreplayable = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id"], condition=models.Q(finished=None), name="auditors_one_replay_at_a_time"
            ),
        ]
        indexes: ClassVar = [
            models.Index("tenant_id", models.F("asked").desc(), name="auditors_newest_replay")
        ]


class Archive(Run):
    """Of evidence, for whoever asked alone. `held`: whether it was made; why not, is its finding.

    Its bytes are the pieces of one `attempt`.
    """

    person = models.UUIDField(null=True, db_comment="Whose entries; null: everybody's")
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    erased = models.IntegerField(db_comment="How many people had been erased when it was asked for")
    attempt = models.UUIDField(null=True)
    pieces = models.IntegerField(default=0)
    size = models.BigIntegerField(default=0, db_comment="Bytes")
    digest = models.CharField(max_length=64, default="", db_comment="SHA-256, hexadecimal")

    each_asker: ClassVar[bool] = True

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id", "asked_by"],
                condition=models.Q(finished=None),
                name="auditors_one_archive_at_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index("tenant_id", "asked_by", models.F("asked").desc(), name="auditors_newest_archive")
        ]

    @property
    def owner(self) -> UUID:
        """Under whose key it is sealed."""
        return self.person or self.tenant_id


class ArchivePiece(models.Model):
    """A part of an archive's bytes, sealed."""

    pk = models.CompositePrimaryKey("tenant_id", "attempt", "number")
    tenant_id = models.UUIDField()
    archive = models.UUIDField()
    attempt = models.UUIDField()
    number = models.IntegerField()
    sealed = models.BinaryField()

    class Meta:
        indexes: ClassVar = [models.Index("tenant_id", "archive", name="auditors_pieces_of_an_archive")]
