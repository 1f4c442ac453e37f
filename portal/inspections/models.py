"""Long work on a tenant's log that somebody asked for: how far it is, and what it found."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from ledger.identity import new_id


class Run(models.Model):
    """One run. It works in another process and can be left: this row is how the pages know of it.

    Of a tenant's runs of one kind only one is unfinished. `findings`: [{kind, sentence, index}].
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
