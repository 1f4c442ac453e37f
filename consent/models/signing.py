"""What signs a contract: challenges for passkeys, and which kinds a tenant takes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from consent.models.contracts import Contract
from consent.signature import KINDS
from ledger.identity import new_id


class SigningChallenge(models.Model):
    """What a passkey is asked to sign, until it has: the row goes in the transaction that uses it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="+")
    signer = models.UUIDField()
    nonce = models.BinaryField(max_length=32)
    expires = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "nonce"], name="consent_signing_nonce"),
        ]


class SignatureRule(models.Model):
    """One version of which kinds of signature a tenant takes. The newest is in force; none changes or goes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    version = models.PositiveIntegerField()
    kinds = ArrayField(models.TextField())
    set_at = models.DateTimeField()
    set_by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "version"], name="consent_signature_rule_version"),
            models.CheckConstraint(
                condition=Q(kinds__len__gt=0, kinds__contained_by=list(KINDS)),
                name="consent_signature_rule_kinds",
            ),
        ]
