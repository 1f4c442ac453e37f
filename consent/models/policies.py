"""What applies at a tenant before any contract, and in an emergency, by version."""

from django.db import models
from django.db.models import Q

from consent.models.hashes import SHA256_HEX
from ledger.identity import new_id


class BasePolicy(models.Model):
    """One version of a tenant's base policy. The newest is in force; none changes or goes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    version = models.PositiveIntegerField()
    variant = models.TextField()
    cedar = models.TextField(blank=True)
    code_hash = models.TextField()
    set_at = models.DateTimeField()
    set_by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "version"], name="consent_base_version"),
            models.CheckConstraint(condition=Q(code_hash__regex=SHA256_HEX), name="consent_base_code_hash"),
        ]


class EmergencyRule(models.Model):
    """One version of what breaking the glass reaches at a tenant. The newest is in force; none changes or goes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    version = models.PositiveIntegerField()
    terms = models.JSONField()
    cedar = models.TextField()
    code_hash = models.TextField()
    set_at = models.DateTimeField()
    set_by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "version"], name="consent_emergency_rule_version"),
            models.CheckConstraint(
                condition=Q(code_hash__regex=SHA256_HEX), name="consent_emergency_rule_code_hash"
            ),
        ]
