"""What the law keeps of a person's record at one custodian."""

from django.db import models
from django.db.models import F, Q

from consent.models.hashes import SHA256_HEX
from ledger.identity import new_id


class Restriction(models.Model):
    """In force from `placed_at` until it is lifted, or until the end that its terms name. None goes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    person = models.UUIDField()
    terms = models.JSONField()
    cedar = models.TextField()
    code_hash = models.TextField()
    reason = models.BinaryField()
    placed_at = models.DateTimeField()
    placed_by = models.UUIDField()
    review_asked_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewer = models.UUIDField(null=True)
    upheld = models.BooleanField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["tenant_id", "person"],
                name="consent_restriction_person",
                condition=Q(lifted_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(code_hash__regex=SHA256_HEX), name="consent_restriction_code_hash"
            ),
            models.CheckConstraint(
                condition=Q(reviewer=None) | ~Q(reviewer=F("placed_by")), name="consent_restriction_reviewer"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewer=None, upheld=None)
                | Q(reviewed_at__isnull=False, reviewer__isnull=False, upheld__isnull=False),
                name="consent_restriction_review",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="consent_restriction_lifted",
            ),
        ]
