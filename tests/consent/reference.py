"""A second, plain reading of terms and layers, to hold the engine to. It shares no code with the engine."""

from collections.abc import Collection, Iterable
from datetime import datetime

from consent.facts import AccessRequest, ResourceFacts
from consent.terms import Terms
from tests.consent import cast

ORDER = "ULMNRV"
REPORTED = {"Observation", "QuestionnaireResponse", "MedicationStatement"}  # by a person of herself
CHILDREN = {"ETHUD": "ETH", "OPIOIDUD": "ETH"}


def answer(
    agreed: Iterable[Terms],
    request: AccessRequest,
    record: ResourceFacts,
    now: datetime,
    *,
    opt_out: bool,
    counts: tuple[int, int] = (0, 0),
) -> tuple[bool, str]:
    """(permitted, layer) for contracts that are all the patient's and were used so often."""
    herself = request.is_self and request.role in (None, "patient")
    may = ("read", "export", "write") if record.type in REPORTED else ("read", "export")
    if herself and request.action in may:
        return True, "law"
    hits = {terms.effect for terms in agreed if matches(terms, request, record, now, counts)}
    if hits:
        return "deny" not in hits, "contract"
    return opt_out and base(request, record), "base"


def matches(
    terms: Terms,
    request: AccessRequest,
    record: ResourceFacts,
    now: datetime,
    counts: tuple[int, int] = (0, 0),
) -> bool:
    labels = labels_permit if terms.effect == "permit" else labels_deny
    return (
        request.person == cast.PATIENT
        and request.custodian == terms.custodian
        and with_grantee(terms, request)
        and (terms.effect == "deny" or conditions_hold(terms, request, counts))
        and (terms.starts is None or now >= terms.starts)
        and now < terms.ends
        and request.action in terms.actions
        and request.purpose in terms.purposes
        and (not terms.categories or record.category in terms.categories)
        and (not terms.types or record.type in terms.types)
        and is_one_of_those_named(terms, record)
        and is_of_the_time(terms, record)
        and labels(terms, record)
    )


def conditions_hold(terms: Terms, request: AccessRequest, counts: tuple[int, int]) -> bool:
    if terms.strong and not request.strong:
        return False
    if terms.during and not set(terms.during) & request.open:
        return False
    if terms.uses is not None and counts[0] >= terms.uses:
        return False
    return terms.suspend_above is None or counts[1] <= terms.suspend_above


def with_grantee(terms: Terms, request: AccessRequest) -> bool:
    grantee, permits = terms.grantee, terms.effect == "permit"
    if grantee.kind == "role":
        return request.organisation == grantee.id and request.role == grantee.role
    if grantee.organisation is not None and request.organisation != grantee.organisation:
        return False
    role = {"person": "guardian", "application": "application"}.get(grantee.kind, "clinician")
    if permits and request.role != role:
        return False
    if grantee.kind == "team":
        return grantee.id in request.teams
    if grantee.kind == "group":
        return grantee.id in request.groups
    return grantee.id == (request.organisation if grantee.kind == "organisation" else request.actor)


def is_one_of_those_named(terms: Terms, record: ResourceFacts) -> bool:
    own = f"{record.type}/{record.id}"
    return not terms.records or any(
        own == one.reference
        if one.meaning == "instance"
        else one.reference in {own, *record.linked}
        if one.meaning == "related"
        else one.reference in {own, *record.refers}
        if one.meaning == "dependents"
        else (record.author == one.reference or (record.author is None and terms.effect == "deny"))
        for one in terms.records
    )


def is_of_the_time(terms: Terms, record: ResourceFacts) -> bool:
    if terms.data_starts is None and terms.data_ends is None:
        return True
    if record.date is None or record.until is None:
        return terms.effect == "deny"
    first, last = terms.data_starts, terms.data_ends
    if terms.effect == "permit":
        return (first is None or record.date >= first) and (last is None or record.until <= last)
    return (first is None or record.until > first) and (last is None or record.date < last)


def labels_permit(terms: Terms, record: ResourceFacts) -> bool:
    """Every sensitivity on the record is named and none is excluded; its level is, or is R only because of those."""
    bears = sensitivities(record)
    if not all(is_named(label, terms.sensitivity) for label in bears):
        return False
    if any(is_named(label, terms.excluded) for label in bears):
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
    return by_level or any(is_named(label, terms.sensitivity) for label in sensitivities(record))


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


def is_named(label: str, named: Collection[str]) -> bool:
    return label in named or CHILDREN.get(label) in named
