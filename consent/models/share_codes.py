"""Share codes and their sessions."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from consent import share_codes
from consent.models.contracts import Contract
from ledger.identity import new_id


class ShareState(models.TextChoices):
    """Where a share code stands. Who is `admitted` reads under a contract; its end is the session's."""

    OFFERED = "offered"
    ASKED = "asked"
    ADMITTED = "admitted"
    ENDED = "ended"


class ShareCode(models.Model):
    """A code that lets whoever holds it ask for one session, if the patient then lets them in on her own device.

    `lookup` is drawn from the code, which is kept nowhere. What the one who asks calls themselves is sealed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    person = models.UUIDField()
    offered_by = models.UUIDField()
    lookup = models.UUIDField(unique=True)
    categories = ArrayField(models.TextField())
    state = models.TextField(choices=ShareState, default=ShareState.OFFERED)
    offered_at = models.DateTimeField()
    expires = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    viewer = models.UUIDField(null=True)
    viewer_name = models.BinaryField(null=True)
    contract = models.OneToOneField(Contract, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["tenant_id", "person", "state"], name="consent_share_person"),
            models.Index(fields=["person"], name="consent_share_party"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ShareState.values), name="consent_share_state"),
            models.CheckConstraint(
                condition=Q(expires__gt=F("offered_at")) & Q(tries__lte=share_codes.TRIES),
                name="consent_share_bounds",
            ),
            models.CheckConstraint(
                condition=~Q(state=ShareState.ADMITTED) | Q(viewer__isnull=False, contract__isnull=False),
                name="consent_share_admitted",
            ),
        ]
