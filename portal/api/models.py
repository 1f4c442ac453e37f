"""What the REST interface keeps of calls that may come twice."""

from django.db import models
from django.db.models.functions import Now


class Attempt(models.Model):
    """One POST with an Idempotency-Key. `digest`: of account, organisation, route and key; `made`: the id of what
    was made. Nothing in it names anybody."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    body = models.BinaryField(max_length=32)
    status = models.SmallIntegerField(null=True)
    made = models.UUIDField(null=True)
    since = models.DateTimeField(db_default=Now(), db_index=True)
