"""Contracts in JSON."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rest_framework import serializers

from consent import vocabulary
from consent.share_codes import called
from consent.standing_refusals import refuses_emergencies
from consent.terms import GRANTEE_KINDS, MOST
from portal.api.shapes.base import Body, Second, Slug, Words
from portal.api.shapes.names import Names

SIGNED_BY = ["token", "passkey"]
STATES = ["proposed", "signed", "active", "suspended", "superseded", "revoked", "expired"]


WAYS = (
    {"practitioner"},
    {"practitioner", "organisation"},
    {"organisation"},
    {"organisation", "role"},
    {"person"},
    {"team"},
    {"group"},
)
"""By which names together a grantee is said."""


def _exactly(names: set[str]) -> dict[str, Any]:
    others = sorted(set().union(*WAYS) - names)
    return {"required": sorted(names), "not": {"anyOf": [{"required": [name]} for name in others]}}


class Grantee(Body):
    """With whom: a practitioner, an organisation, a role there, a person, a team or a group."""

    alternatives = tuple(_exactly(names) for names in WAYS)

    practitioner = serializers.EmailField(
        required=False, help_text="The e-mail address of a clinician's account."
    )
    organisation = Slug(
        required=False,
        help_text="The short name of an organisation; beside a practitioner: only there.",
    )
    role = serializers.ChoiceField(
        list(vocabulary.ROLES), required=False, help_text="Beside an organisation: whoever acts there in it."
    )
    person = serializers.EmailField(
        required=False, help_text="The e-mail address of somebody who acts as guardian."
    )
    team = Slug(required=False, help_text="The short name of a care team, alone.")
    group = Slug(required=False, help_text="The short name of a group of organisations, alone.")

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        if set(attrs) not in WAYS:
            raise serializers.ValidationError(
                "Name a practitioner, an organisation, a person, a team or a group."
            )
        return attrs


class Named(Body):
    """A record, or who recorded it."""

    meaning = serializers.ChoiceField(list(vocabulary.MEANINGS))
    reference = serializers.RegexField(
        r"^[A-Za-z]{1,40}/[A-Za-z0-9.-]{1,64}$", help_text="Type/id, such as Observation/7."
    )


class NewContract(Body):
    """The terms that the caller signs."""

    custodian = Slug(help_text="The short name of the organisation that keeps the records.")
    grantee = Grantee()
    categories = Words(vocabulary.CATEGORIES, min_length=1)
    purposes = Words(vocabulary.PURPOSES, min_length=1, help_text="HL7 v3 PurposeOfUse.")
    actions = Words(vocabulary.ACTIONS, min_length=1, required=False, help_text="If absent: read.")
    sensitivity = Words(
        vocabulary.SENSITIVITIES, required=False, help_text="Sensitive records are shared only by their name."
    )
    starts = Second(required=False, help_text="The first instant, to the second; if absent: now.")
    ends = Second(
        help_text="The first instant at which it no longer holds, to the second; without zone: UTC."
    )
    types = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        max_length=64,
        help_text="FHIR R4 types, only.",
    )
    records = Named(many=True, required=False, help_text="These records only, or who recorded them.")
    data_starts = serializers.DateTimeField(required=False, help_text="Only data of then or later.")
    data_ends = serializers.DateTimeField(required=False, help_text="Only data of before then.")
    excluded = Words(vocabulary.SENSITIVITIES, required=False, help_text="Never what bears one of these.")
    strong = serializers.BooleanField(required=False, help_text="Only after a log-in with a second factor.")
    uses = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST, help_text="How many accesses; then it ends."
    )
    during = Words(vocabulary.EVENTS, required=False, help_text="Only while one of these is open.")
    cosigner = serializers.EmailField(required=False, help_text="Whose second signature it waits for.")
    notify = serializers.BooleanField(required=False, help_text="Tell me of each use. If absent: true.")
    suspend_above = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST,
        help_text="Suspend it above so many accesses a day (UTC).",
    )
    redisclosure = serializers.BooleanField(
        required=False, help_text="Each answer carries the notice of 42 CFR 2.32."
    )
    report_back = serializers.BooleanField(required=False, help_text="Who uses it owes a report.")
    supersedes = serializers.UUIDField(
        required=False, help_text="My contract that this one amends: it ends when this one comes into force."
    )
    request = serializers.UUIDField(required=False, help_text="The request for access that this answers.")
    sign = serializers.ChoiceField(
        SIGNED_BY,
        required=False,
        help_text="`token`: this call signs. `passkey`: it only proposes; ask for the challenge, then sign. "
        "If absent: token.",
    )


class Challenge(serializers.Serializer[Any]):
    signed = serializers.DictField(
        help_text="What is agreed to; SHA-256 of its canonical JSON is the challenge."
    )
    publicKey = serializers.DictField(  # noqa: N815 - WebAuthn's own name
        help_text="For `navigator.credentials.get` on this node's own site, binary values in base64url."
    )


class Assertion(Body):
    """The passkey's answer, as WebAuthn's AuthenticationResponseJSON, and what it is over."""

    signed = serializers.DictField(child=serializers.CharField(max_length=500))
    assertion = serializers.DictField(help_text="`id`, and `response` with three texts in base64url.")
    request = serializers.UUIDField(required=False, help_text="The request for access that this answers.")


class Cosignature(Body):
    """Where the contract is; whoever is asked for a second signature knows it by its id."""

    custodian = Slug(help_text="The short name of the organisation that keeps the records.")


class GranteeShown(serializers.Serializer[Any]):
    kind = serializers.ChoiceField([*GRANTEE_KINDS, "consent"])
    id = serializers.UUIDField()
    role = serializers.CharField(required=False)
    practitioner = serializers.EmailField(required=False)
    organisation = serializers.CharField(required=False)
    person = serializers.EmailField(required=False)
    name = serializers.CharField()


class Contract(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(STATES)
    custodian = serializers.CharField(help_text="The short name of the organisation that keeps the records.")
    patient = serializers.CharField(help_text="The FHIR Patient id there.")
    grantee = GranteeShown()
    categories = serializers.ListField(child=serializers.CharField())
    purposes = serializers.ListField(child=serializers.CharField())
    actions = serializers.ListField(child=serializers.CharField())
    sensitivity = serializers.ListField(child=serializers.CharField())
    starts = serializers.DateTimeField(allow_null=True)
    ends = serializers.DateTimeField()
    terms = serializers.DictField(help_text="All that was agreed, as it is hashed.")
    supersedes = serializers.UUIDField(allow_null=True)
    sentence = serializers.CharField(help_text="What was signed, in words.")
    code = serializers.CharField(help_text="What was signed, as the Cedar policy that runs.")
    code_hash = serializers.RegexField(
        r"^[0-9a-f]{64}$",
        help_text="SHA-256 of the canonical JSON of {terms, cedar, schema, compiler, sentence, ...}.",
    )
    compiler = serializers.CharField()
    signature = serializers.CharField(help_text="How it was signed: passkey, reauthenticated or token.")
    signed = serializers.DateTimeField(allow_null=True)
    ended = serializers.DateTimeField(allow_null=True)
    request = serializers.UUIDField(allow_null=True)
    in_emergencies = serializers.ChoiceField(
        ["refuses", "gives-way"],
        allow_null=True,
        help_text="Of a contract that denies and names BTG or ETREAT: whether its custodian lets it bind an emergency"
        " now. `gives-way`: emergency access opens what it closes. Null: it names no emergency.",
    )


def contract(found: Any, names: Names) -> dict[str, Any]:
    """A contract as JSON. One whose time is over is expired, whether or not that was entered yet."""
    terms = found.terms
    over = found.state == "active" and found.ends <= datetime.now(UTC)
    return {
        "id": str(found.id),
        "state": "expired" if over else str(found.state),
        "custodian": names.organisation(found.tenant_id)[0],
        "patient": names.patient(found.tenant_id, found.person),
        "grantee": _grantee(terms["grantee"], names, found.sentence),
        **{name: list(terms.get(name, ())) for name in ("categories", "purposes", "actions", "sensitivity")},
        "starts": iso(found.starts),
        "ends": iso(found.ends),
        "terms": dict(terms),
        "supersedes": str(found.supersedes_id) if found.supersedes_id else None,
        "sentence": found.sentence,
        "code": found.cedar,
        "code_hash": found.code_hash,
        "compiler": found.compiler,
        "signature": found.signature_kind,
        "signed": iso(found.signed_at),
        "ended": iso(found.ended_at),
        "request": str(found.request_id) if found.request_id else None,
        "in_emergencies": _in_emergencies(found, names),
    }


def _in_emergencies(found: Any, names: Names) -> str | None:
    if not refuses_emergencies(found):
        return None
    return "refuses" if names.refusable(found.tenant_id) else "gives-way"


def iso(instant: datetime | None) -> str | None:
    """UTC, as 2026-11-22T14:17:00.123456Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z") if instant else None


def _grantee(term: Mapping[str, str], names: Names, sentence: str) -> dict[str, str]:
    """Teams, groups, applications and the parties of a FHIR Consent are named in the sentence; who was let in by a
    share code has a name there alone, and no account."""
    kind, key = term["kind"], UUID(term["id"])
    shown = {"kind": kind, "id": str(key), "name": ""}
    if kind in {"organisation", "role"}:
        shown["organisation"], shown["name"] = names.organisation(key)
    if name := called(sentence):
        shown["name"] = name
    elif kind in {"practitioner", "person"}:
        shown[kind], shown["name"] = names.account(key)
    if "organisation" in term:
        shown["organisation"] = names.organisation(UUID(term["organisation"]))[0]
    return shown | ({"role": term["role"]} if "role" in term else {})
