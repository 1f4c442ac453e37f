"""What somebody wants to be told, and how far each log was read for letters."""

from django.conf import settings
from django.db import models


class Mail(models.TextChoices):
    """What a letter is written about."""

    NOTHING = "nothing"
    EMERGENCY = "emergency"
    EVERYTHING = "everything"


class Notices(models.Model):
    """The wishes of one account; without a row those of the defaults. `waiting`: a letter is due, `urgent` at once.

    `refused`: how often in a row it could not be handed over, which is tried again from `not_before` on.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    in_page = models.BooleanField(default=True)
    mail = models.CharField(max_length=10, choices=Mail.choices, default=Mail.EMERGENCY)
    waiting = models.BooleanField(default=False)
    urgent = models.BooleanField(default=False)
    mailed_at = models.DateTimeField(null=True)
    refused = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("user", condition=models.Q(waiting=True), name="notices_waiting")]


class Position(models.Model):
    """The index of the last entry of a tenant's log that was looked at for letters."""

    tenant_id = models.UUIDField(primary_key=True)
    index = models.BigIntegerField()
