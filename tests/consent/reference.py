"""A second, plain reading of terms and layers, to hold the engine to. It shares no code with the engine."""

from collections.abc import Iterable
from datetime import datetime

from consent.facts import AccessRequest, ResourceFacts
from consent.terms import Terms
from tests.consent import cast

ORDER = "ULMNRV"
REPORTED = {"Observation", "QuestionnaireResponse", "MedicationStatement"}  # by a person of herself
CHILDREN = {"ETHUD": "ETH", "OPIOIDUD": "ETH"}


def answer(
    agreed: Iterable[Terms], request: AccessRequest, record: ResourceFacts, now: datetime, *, opt_out: bool
) -> tuple[bool, str]:
    """(permitted, layer) for contracts that are all the patient's."""
    herself = request.is_self and request.role in (None, "patient")
    if herself and (request.action != "write" or record.type in REPORTED):
        return True, "law"
    hits = {terms.effect for terms in agreed if matches(terms, request, record, now)}
    if hits:
        return "deny" not in hits, "contract"
    return opt_out and base(request, record), "base"


def matches(terms: Terms, request: AccessRequest, record: ResourceFacts, now: datetime) -> bool:
    if request.person != cast.PATIENT or request.custodian != terms.custodian:
        return False
    if not with_grantee(terms, request):
        return False
    if terms.effect == "permit" and terms.strong and not request.strong:
        return False
    if now >= terms.ends or (terms.starts is not None and now < terms.starts):
        return False
    named = (
        request.action in terms.actions
        and request.purpose in terms.purposes
        and record.category in terms.categories
    )
    return named and (
        labels_permit(terms, record) if terms.effect == "permit" else labels_deny(terms, record)
    )


def with_grantee(terms: Terms, request: AccessRequest) -> bool:
    grantee = terms.grantee
    if grantee.organisation is not None and request.organisation != grantee.organisation:
        return False
    if terms.effect == "permit" and request.role != ("guardian" if grantee.kind == "person" else "clinician"):
        return False
    return grantee.id == (request.organisation if grantee.kind == "organisation" else request.actor)


def labels_permit(terms: Terms, record: ResourceFacts) -> bool:
    """Every sensitivity on the record is named; its level is, or is R only because of those."""
    bears = sensitivities(record)
    if not all(is_named(label, terms) for label in bears):
        return False
    level = level_of(record)
    if level == "V":
        return "V" in terms.sensitivity
    if level == "R":
        return bool(bears) or "R" in terms.sensitivity or "V" in terms.sensitivity
    return True


def labels_deny(terms: Terms, record: ResourceFacts) -> bool:
    if not terms.sensitivity:
        return True
    levels = [label for label in terms.sensitivity if label in ORDER]
    by_level = any(ORDER.index(level_of(record)) >= ORDER.index(level) for level in levels)
    return by_level or any(is_named(label, terms) for label in sensitivities(record))


def base(request: AccessRequest, record: ResourceFacts) -> bool:
    return (
        request.role == "clinician"
        and request.organisation == request.custodian
        and request.action == "read"
        and request.purpose == "TREAT"
        and level_of(record) in "ULMN"
        and not sensitivities(record)
    )


def level_of(record: ResourceFacts) -> str:
    if "NEW" in record.labels:
        return "V"
    levels = [label for label in record.labels if label in ORDER]
    return max(levels, key=ORDER.index) if levels else "R" if sensitivities(record) else "N"


def sensitivities(record: ResourceFacts) -> set[str]:
    return {label for label in record.labels if label not in ORDER}


def is_named(label: str, terms: Terms) -> bool:
    return label in terms.sensitivity or CHILDREN.get(label) in terms.sensitivity
