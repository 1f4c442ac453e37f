"""Who wants to be told of what, and how far they were told. `position` is a `subject_index` of the person's chain."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from ledger.identity import new_id

REST_HOOK, WEBSOCKET = "rest-hook", "websocket"
REQUESTED, ACTIVE, ERROR, OFF = "requested", "active", "error", "off"
LIVE = (REQUESTED, ACTIVE)


class Subscription(models.Model):
    """One subscription to one topic about one person's record at one organisation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    user = models.UUIDField(db_comment="Who subscribed: an account or an application")
    caller = models.JSONField(db_comment="As whom each notification is decided")
    purpose = models.CharField(max_length=20, blank=True)
    person = models.UUIDField()
    patient = models.CharField(max_length=64, db_comment="Id of the FHIR Patient")
    topic = models.CharField(max_length=20)
    types = ArrayField(models.CharField(max_length=40), default=list, db_comment="Only these; empty: all")
    base = models.TextField(db_comment="Address of the FHIR server, as its subscriber calls it")
    channel = models.CharField(max_length=10)
    endpoint = models.TextField(blank=True)
    sealed = models.BinaryField(db_comment="Headers and reason, under the person's key")
    content = models.CharField(max_length=10)
    heartbeat = models.IntegerField(null=True, db_comment="Seconds")
    ends = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, default=REQUESTED)
    error = models.CharField(max_length=30, blank=True)
    position = models.BigIntegerField(
        db_comment="The last entry of her chain that it was told of, or passed by"
    )
    events = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    rests = models.DateTimeField(null=True, db_comment="After a failure: not tried again before")
    made = models.DateTimeField(db_default=Now())
    spoke = models.DateTimeField(null=True, db_comment="When it was last told anything")

    class Meta:
        indexes = [models.Index("tenant_id", "status", name="subscriptions_live")]
