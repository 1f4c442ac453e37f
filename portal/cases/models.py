"""Questions and corrections, one row each. What people wrote is sealed under the patient's key."""

from django.db import models
from django.db.models.functions import Now

from ledger.identity import new_id


class Kind(models.TextChoices):
    """What is put to the organisation."""

    QUESTION = "question"  # an access that the patient does not recognise
    CORRECTION = "correction"  # an entry that she says is wrong (45 CFR 164.526)


class State(models.TextChoices):
    """Where it stands. A question ends as answered, a correction as accepted or denied."""

    OPEN = "open"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    DENIED = "denied"


class Case(models.Model):
    """One question or correction. A correction names a record by type and id, a question an access by its entry."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    person = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField(db_default=Now())
    due = models.DateTimeField()
    extended = models.BooleanField(default=False)
    entry = models.UUIDField(null=True)
    record_type = models.CharField(max_length=64, blank=True)
    record_id = models.CharField(max_length=64, blank=True)
    words = models.BinaryField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    outcome = models.CharField(max_length=20, blank=True)  # of a question: as a review ends
    ground = models.CharField(max_length=20, blank=True)  # of a denied correction: why it may be denied
    answer = models.BinaryField(null=True)
    disagreement = models.BinaryField(null=True)
    seen_at = models.DateTimeField(null=True)  # when the patient read the answer

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "person", "entry"],
                condition=models.Q(kind="question"),
                name="cases_one_question_about_an_access",
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "person", "record_type", "record_id"],
                condition=models.Q(kind="correction", state="open"),
                name="cases_one_open_correction_of_a_record",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="question", entry__isnull=False, state__in=["open", "answered"])
                | (
                    models.Q(kind="correction", entry=None, state__in=["open", "accepted", "denied"])
                    & ~models.Q(record_id="")
                ),
                name="cases_say_what_they_are_about",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", answered_at=None)
                | (~models.Q(state="open") & models.Q(answered_at__isnull=False, answer__isnull=False)),
                name="cases_are_answered_in_writing",
            ),
            models.CheckConstraint(
                condition=models.Q(disagreement=None) | models.Q(state="denied"),
                name="cases_disagree_with_denials_only",
            ),
        ]
        indexes = [
            models.Index("tenant_id", "person", name="cases_of_a_person"),
            models.Index("tenant_id", "due", condition=models.Q(state="open"), name="cases_waiting"),
        ]
