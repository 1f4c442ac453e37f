"""Broken glass."""

from django.db import models
from django.db.models import F, Q

from consent.emergency import LONGEST, OUTCOMES, REASONS
from ledger.identity import new_id


class EmergencySession(models.Model):
    """Broken glass: one clinician, one person, at most four hours, and the review that must follow."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    person = models.UUIDField()
    actor = models.UUIDField()
    organisation = models.UUIDField()
    reason_code = models.TextField()
    reason = models.BinaryField()
    # Its number among those that the clinician opened here on that day (UTC), and within 30 days.
    of_day = models.PositiveSmallIntegerField(default=1)
    of_month = models.PositiveSmallIntegerField(default=1)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewer = models.UUIDField(null=True)
    outcome = models.TextField(default="", blank=True)
    review = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant_id", "person", "actor"], name="consent_emergency_person"),
            models.Index(
                fields=["tenant_id", "starts"],
                name="consent_emergency_unreviewed",
                condition=Q(reviewed_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")) & Q(ends__lte=F("starts") + LONGEST),
                name="consent_emergency_length",
            ),
            models.CheckConstraint(
                condition=Q(reason_code__in=list(REASONS)), name="consent_emergency_reason"
            ),
            models.CheckConstraint(
                condition=Q(reviewer=None) | ~Q(reviewer=F("actor")), name="consent_emergency_reviewer"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewer=None, outcome="")
                | Q(reviewed_at__isnull=False, reviewer__isnull=False, outcome__in=list(OUTCOMES)),
                name="consent_emergency_review",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None) | Q(ended_at__isnull=False) | Q(ends__lte=F("reviewed_at")),
                name="consent_emergency_over",
            ),
            models.CheckConstraint(
                condition=Q(of_day__gte=1, of_month__gte=F("of_day")), name="consent_emergency_number"
            ),
        ]
