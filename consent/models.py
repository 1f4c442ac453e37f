"""Contracts, requests for them, emergency sessions and base policies, as rows of one tenant.

People and organisations are opaque ids here. What a row must never be is refused by the database itself: by these
constraints, and by the triggers and row-level security of the migrations.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from consent import share_codes
from consent.emergency import LONGEST, OUTCOMES, REASONS
from consent.signature import KINDS
from consent.terms import GRANTEE_KINDS
from ledger.identity import new_id

SHA256_HEX = r"^[0-9a-f]{64}$"
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


class Answer(models.TextChoices):
    """What became of a request."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"


class ShareState(models.TextChoices):
    """Where a share code stands. Who is `admitted` reads under a contract; its end is the session's."""

    OFFERED = "offered"
    ASKED = "asked"
    ADMITTED = "admitted"
    ENDED = "ended"


class ContractRequest(models.Model):
    """A clinician asks a patient for access. The message is sealed under the person's key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant_id = models.UUIDField()
    person = models.UUIDField()
    requester = models.UUIDField()
    organisation = models.UUIDField(null=True)
    categories = ArrayField(models.TextField())
    purposes = ArrayField(models.TextField())
    ends = models.DateTimeField()
    message = models.BinaryField()
    state = models.TextField(choices=Answer, default=Answer.OPEN)
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant_id", "person", "state"], name="consent_request_person"),
            models.Index(fields=["tenant_id", "requester"], name="consent_request_requester"),
            models.Index(fields=["person"], name="consent_request_party"),
            models.Index(fields=["requester"], name="consent_request_asker"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=Answer.values), name="consent_request_state"),
            models.CheckConstraint(condition=Q(ends__gt=F("made_at")), name="consent_request_period"),
            models.CheckConstraint(
                condition=Q(state=Answer.OPEN, answered_at=None, answered_by=None)
                | (~Q(state=Answer.OPEN) & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="consent_request_answered",
            ),
        ]


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


class Epoch(models.Model):
    """How often what is in force for a person has changed. Replay finds its place by it."""

    tenant_id = models.UUIDField()
    person = models.UUIDField()
    number = models.BigIntegerField()
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "person"], name="consent_epoch_person"),
        ]
