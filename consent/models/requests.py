"""Requests for contracts."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from ledger.identity import new_id


class Answer(models.TextChoices):
    """What became of a request."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"


class ContractRequest(models.Model):
    """A clinician asks a patient for access. The message is sealed under the person's key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    person = models.UUIDField()
    requester = models.UUIDField()
    organisation = models.UUIDField(null=True)
    categories = ArrayField(models.TextField())
    purposes = ArrayField(models.TextField())
    ends = models.DateTimeField()
    message = models.BinaryField()
    state = models.TextField(choices=Answer, default=Answer.OPEN)
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant_id", "person", "state"], name="consent_request_person"),
            models.Index(fields=["tenant_id", "requester"], name="consent_request_requester"),
            models.Index(fields=["person"], name="consent_request_party"),
            models.Index(fields=["requester"], name="consent_request_asker"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=Answer.values), name="consent_request_state"),
            models.CheckConstraint(condition=Q(ends__gt=F("made_at")), name="consent_request_period"),
            models.CheckConstraint(
                condition=Q(state=Answer.OPEN, answered_at=None, answered_by=None)
                | (~Q(state=Answer.OPEN) & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="consent_request_answered",
            ),
        ]
