"""Code as it is stored, checked once against its hash and then kept: content under its own hash never changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from consent import emergency_rule, restriction
from consent.base_variants import DEFAULT, VARIANTS, code_of
from consent.compiler import HASHED, code_hash, counter_of
from consent.emergency_rule import EMERGENCY
from consent.errors import CodeRefused, EmergencyRuleMalformed, RestrictionMalformed
from consent.facts import NONE, Distinctions
from consent.fhir import adopted
from consent.in_force import RestrictionInForce, distinctions
from consent.models import Contract
from consent.policy_sets import Code
from consent.refusals import of_emergencies
from consent.terms import from_json
from ledger.scope import within_tenant

_NOT_SIGNED = "The code of a contract is not what was signed, so nothing is decided by it."
_NOT_RESTRICTED = "A restriction is not one that was entered, so nothing is decided by it."
_NOT_THE_RULE = "The emergency rule is not one that was set, so nothing is decided by it."


@dataclass(frozen=True)
class StoredCode:
    """What a decision needs of a contract beside its code, drawn from the terms that its hash covers.

    `counter`: the name under which its uses are counted, or "". `during`: whether it asks what is open.
    """

    code: Code
    ends: datetime
    sentence: str
    duties: tuple[str, ...]
    told: Distinctions = NONE
    counter: str = ""
    during: bool = False


@lru_cache(maxsize=16384)
def contract_code(tenant: UUID, expected: str) -> StoredCode:
    """A contract of this tenant by its hash. Raises CodeRefused."""
    with within_tenant(tenant):
        found = Contract.objects.filter(tenant_id=tenant, code_hash=expected)
        document = found.values(*HASHED, "person").first()
    if document is None:
        raise CodeRefused(_NOT_SIGNED)
    return checked_code(expected, document, person=document["person"])


def checked_code(expected: str, document: Mapping[str, Any], *, person: UUID) -> StoredCode:
    """The same from what is hashed, read already. Raises CodeRefused."""
    if code_hash({name: document[name] for name in HASHED}) != expected:
        raise CodeRefused(_NOT_SIGNED)
    if adopted.is_adopted(document["terms"]):
        return _adopted(expected, document)
    terms = from_json(document["terms"])
    return StoredCode(
        Code(expected, document["cedar"], refusing=of_emergencies(expected, document["terms"])),
        terms.ends,
        document["sentence"],
        terms.duties,
        distinctions(terms),
        counter_of(terms, person=person) if terms.counted else "",
        bool(terms.during),
    )


def _adopted(expected: str, document: Mapping[str, Any]) -> StoredCode:
    found = adopted.from_json(document["terms"])
    refusing = of_emergencies(expected, document["terms"])
    code = Code(expected, document["cedar"], fhir=True, refusing=refusing)
    return StoredCode(code, found.ends, document["sentence"], found.duties, found.told)


@lru_cache(maxsize=1024)
def base_code(expected: str | None) -> Code:
    """Code of a base policy by its hash, of the variants alone; None is the default. Raises CodeRefused."""
    if expected is None:
        return code_of(DEFAULT)
    for variant in VARIANTS:
        code = code_of(variant)
        if code.hash == expected:
            return code
    raise CodeRefused("The base policy is not one of those that can be set, so nothing is decided by it.")


def emergency_code(stored: Sequence[Any] | None) -> Code:
    """Code of a tenant's emergency rule, stored as [hash, terms]; None is the default. Raises CodeRefused."""
    if stored is None:
        return EMERGENCY
    expected, terms = stored
    try:
        code = emergency_rule.code_of(emergency_rule.from_json(terms))
    except EmergencyRuleMalformed as error:
        raise CodeRefused(_NOT_THE_RULE) from error
    if code.hash != expected:
        raise CodeRefused(_NOT_THE_RULE)
    return code


def restriction_code(expected: str, terms: Mapping[str, Any]) -> RestrictionInForce:
    """A restriction by its hash and terms, as they are stored. Raises CodeRefused."""
    try:
        found = restriction.from_json(terms)
    except RestrictionMalformed as error:
        raise CodeRefused(_NOT_RESTRICTED) from error
    code = restriction.code_of(found)
    if code.hash != expected:
        raise CodeRefused(_NOT_RESTRICTED)
    return RestrictionInForce(code, found.sentence, found.told)
