"""Contracts, and how often they were used."""

from django.db import models
from django.db.models import F, Q

from consent.models.hashes import SHA256_HEX
from consent.models.requests import ContractRequest
from consent.signature import KINDS
from consent.terms import GRANTEE_KINDS
from consent.vocabulary import DELEGATED
from ledger.identity import new_id

CONSENT = "consent"
"""The kind of grantee of a FHIR Consent: whomever its provisions name."""


class State(models.TextChoices):
    """Where a contract stands. `superseded`, `revoked` and `expired` are ends."""

    PROPOSED = "proposed"
    SIGNED = "signed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Contract(models.Model):
    """One contract. From `terms` to `ends` nothing ever changes: it is what was signed (a trigger sees to it)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    person = models.UUIDField()
    grantor = models.UUIDField()
    terms = models.JSONField()
    cedar = models.TextField()
    sentence = models.TextField()
    language = models.TextField()
    template = models.TextField()
    compiler = models.TextField()
    schema = models.TextField()
    code_hash = models.TextField()
    # Copied out of the terms for look-ups; decisions rest on the code.
    grantee_kind = models.TextField()
    grantee = models.UUIDField()
    starts = models.DateTimeField(null=True)
    ends = models.DateTimeField()
    state = models.TextField(choices=State, default=State.PROPOSED)
    request = models.OneToOneField(ContractRequest, models.PROTECT, null=True, related_name="contract")
    signature_kind = models.TextField(default="", blank=True)
    signature_evidence = models.JSONField(default=dict)
    # A contract that this one takes the place of; a second signature, where the terms ask for one.
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    counted = models.BooleanField(default=False)
    suspended_by_custodian = models.BooleanField(default=False)
    cosignature_kind = models.TextField(default="", blank=True)
    cosignature_evidence = models.JSONField(default=dict)
    cosigned_at = models.DateTimeField(null=True)
    proposed_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    activated_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant_id", "person", "state", "grantee"], name="consent_contract_person"),
            models.Index(fields=["tenant_id", "grantee", "state"], name="consent_contract_grantee"),
            models.Index(
                fields=["tenant_id", "ends"], name="consent_contract_due", condition=Q(state=State.ACTIVE)
            ),
            models.Index(fields=["person"], name="consent_contract_party"),
            models.Index(fields=["grantee"], name="consent_contract_for"),
            models.Index(fields=["tenant_id", "code_hash"], name="consent_contract_code"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="consent_contract_state"),
            models.CheckConstraint(
                condition=Q(starts=None) | Q(ends__gt=F("starts")), name="consent_contract_period"
            ),
            models.CheckConstraint(condition=Q(ends__gt=F("proposed_at")), name="consent_contract_future"),
            models.CheckConstraint(
                condition=Q(code_hash__regex=SHA256_HEX), name="consent_contract_code_hash"
            ),
            models.CheckConstraint(condition=Q(schema__regex=SHA256_HEX), name="consent_contract_schema"),
            models.CheckConstraint(
                condition=Q(grantee_kind__in=[*GRANTEE_KINDS, CONSENT]),
                name="consent_contract_grantee_kind",
            ),
            models.CheckConstraint(
                condition=Q(state=State.PROPOSED)
                | Q(state=State.REVOKED, signed_at=None)
                | Q(signed_at__isnull=False, signature_kind__in=KINDS),
                name="consent_contract_signed",
            ),
        ]

    @property
    def is_delegation(self) -> bool:
        """Whether it lets a guardian decide about sharing."""
        return self.grantee_kind == "person" and DELEGATED in self.terms.get("actions", ())


class Use(models.Model):
    """How often a contract was used whose uses are counted: in all, and on its last day (UTC)."""

    tenant_id = models.UUIDField()
    contract = models.OneToOneField(Contract, models.PROTECT, related_name="+")
    total = models.PositiveIntegerField()
    day = models.DateField()
    today = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "contract"], name="consent_use_contract"),
            models.CheckConstraint(
                condition=Q(today__gte=1, total__gte=F("today")), name="consent_use_counts"
            ),
        ]
