"""Verifications of a tenant's log that somebody asked for: how far one is, and what it found."""

from django.db import models
from django.db.models.functions import Now

from ledger.identity import new_id


class Verification(models.Model):
    """One run. It works in another process and can be left: this row is how the pages know of it.

    `held` is None while it runs, and if it could not be finished. Of a tenant's runs only one is unfinished.
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
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id"],
                condition=models.Q(finished=None),
                name="auditors_one_verification_at_a_time",
            ),
        ]
        indexes = [models.Index("tenant_id", models.F("asked").desc(), name="auditors_newest_verification")]
