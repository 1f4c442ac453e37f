"""The count of changes of what is in force for a person."""

from django.db import models


class Epoch(models.Model):
    """How often what is in force for a person has changed. Replay finds its place by it."""

    tenant_id = models.UUIDField()
    person = models.UUIDField()
    number = models.BigIntegerField()
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "person"], name="consent_epoch_person"),
        ]
