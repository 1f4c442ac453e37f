"""Contracts in JSON."""

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from consent import selectors, vocabulary
from consent.terms import Grantee as GranteeTerm
from portal.api.shapes.base import Body, Slug, Words
from portal.api.shapes.names import Names

SIGNED_BY = ["token", "passkey"]
STATES = ["draft", "proposed", "signed", "active", "suspended", "superseded", "revoked", "expired"]


class Grantee(Body):
    """With whom: exactly one of a practitioner, an organisation or a person."""

    alternatives = (
        {"required": ["practitioner"], "not": {"required": ["person"]}},
        {
            "required": ["person"],
            "not": {"anyOf": [{"required": ["practitioner"]}, {"required": ["organisation"]}]},
        },
        {
            "required": ["organisation"],
            "not": {"anyOf": [{"required": ["practitioner"]}, {"required": ["person"]}]},
        },
    )

    practitioner = serializers.EmailField(
        required=False, help_text="The e-mail address of a clinician's account."
    )
    organisation = Slug(
        required=False,
        help_text="The short name of an organisation; beside a practitioner: only there.",
    )
    person = serializers.EmailField(
        required=False, help_text="The e-mail address of somebody who acts as guardian."
    )

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        if set(attrs) not in (
            {"practitioner"},
            {"organisation"},
            {"person"},
            {"practitioner", "organisation"},
        ):
            raise serializers.ValidationError("Name a practitioner, an organisation or a person.")
        return attrs


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
    starts = serializers.DateTimeField(required=False, help_text="The first instant; if absent: now.")
    ends = serializers.DateTimeField(
        help_text="The first instant at which it no longer holds; without zone: UTC."
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


class GranteeShown(serializers.Serializer[Any]):
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


def contract(found: Any, names: Names) -> dict[str, Any]:
    """A contract as JSON. One whose time is over is expired, whether or not that was entered yet."""
    terms = selectors.terms_of(found)
    over = found.state == "active" and found.ends <= datetime.now(UTC)
    return {
        "id": str(found.id),
        "state": "expired" if over else str(found.state),
        "custodian": names.organisation(found.tenant_id)[0],
        "patient": names.patient(found.tenant_id, found.person),
        "grantee": _grantee(terms.grantee, names),
        "categories": list(terms.categories),
        "purposes": list(terms.purposes),
        "actions": list(terms.actions),
        "sensitivity": list(terms.sensitivity),
        "starts": iso(terms.starts),
        "ends": iso(terms.ends),
        "sentence": found.sentence,
        "code": found.cedar,
        "code_hash": found.code_hash,
        "compiler": found.compiler,
        "signature": found.signature_kind,
        "signed": iso(found.signed_at),
        "ended": iso(found.ended_at),
        "request": str(found.request_id) if found.request_id else None,
    }


def iso(instant: datetime | None) -> str | None:
    """UTC, as 2026-11-22T14:17:00.123456Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z") if instant else None


def _grantee(term: GranteeTerm, names: Names) -> dict[str, str]:
    if term.kind == "organisation":
        slug, name = names.organisation(term.id)
        return {"organisation": slug, "name": name}
    email, name = names.account(term.id)
    shown = {term.kind: email, "name": name}
    if term.organisation is not None:
        shown["organisation"] = names.organisation(term.organisation)[0]
    return shown
