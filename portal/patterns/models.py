"""From when on something is worth a look at one organisation. Without a row the defaults hold."""

from django.db import models
from django.db.models import Q

HOURS = range(24)


class Thresholds(models.Model):
    """How many different patients in an hour and in a night; from which hour to which it is night (by the node's
    clock); after how many months without care a patient counts as a former one."""

    tenant_id = models.UUIDField(primary_key=True)
    an_hour = models.PositiveSmallIntegerField(default=20)
    a_night = models.PositiveSmallIntegerField(default=3)
    night_from = models.PositiveSmallIntegerField(default=22)
    night_until = models.PositiveSmallIntegerField(default=6)
    months_at_rest = models.PositiveSmallIntegerField(default=12)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="patterns_thresholds_sane",
                condition=Q(an_hour__range=(2, 1000))
                & Q(a_night__range=(1, 1000))
                & Q(night_from__range=(0, 23))
                & Q(night_until__range=(0, 23))
                & ~Q(night_from=models.F("night_until"))
                & Q(months_at_rest__range=(1, 120)),
            ),
        ]
