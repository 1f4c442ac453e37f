"""A FHIR Consent from elsewhere as a contract of ours: what of it decides, under our references, and no more.

Names, narrative and everything else that never decides (rule S2) is left out: it may say more about the patient than
anybody needs to know who decides. The result is a Consent still, read and compiled by the same rules.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from consent import instants
from consent.compiler import code_hash
from consent.errors import ConsentElementUnsupported, ConsentMalformed, ConsentNotRead, TermsError
from consent.facts import Distinctions
from consent.fhir import bridge, codes, compiling, wording
from consent.fhir.reading import read
from consent.fhir.rules import FhirConsent

EFFECT = "adopted"
TEMPLATE = "fhir-en-1"
DUTIES = ("notify", "redisclosure", "report-back")

Resolve = Callable[[str], tuple[str, str] | None]
"""A reference of the resource to the reference that `bridge` gives the same party, and its name; None: unknown here."""


@dataclass(frozen=True)
class Adopted:
    """What a decision needs of it beside its code. `parties`: whom it names, as `bridge` spells them."""

    consent: Mapping[str, Any]
    starts: datetime | None
    ends: datetime
    duties: tuple[str, ...]
    told: Distinctions
    parties: tuple[str, ...]


@dataclass(frozen=True)
class AdoptedCode:
    """As `compiler.ContractCode`: `document` is the hashed value."""

    code_hash: str
    document: Mapping[str, Any]
    adopted: Adopted


def adopt(resource: object, *, person: UUID, custodian: UUID, place: str, resolve: Resolve) -> AdoptedCode:
    """The contract that this Consent is for `person` at the custodian (called `place`).

    Raises ConsentNotRead and its kin by the name of what stands in the way: also where it applies to nobody (S1, S2),
    is another patient's, or names somebody whom `resolve` does not know.
    """
    found = read(resource)
    assert isinstance(resource, Mapping)  # noqa: S101 - it was read
    if not found.applies:
        raise ConsentNotRead("The consent is not active or not about privacy, so it would decide nothing.")
    if resolve(found.patient) != (bridge.patient(person), ""):
        raise ConsentNotRead("Consent.patient is not the patient whose record this is.")
    names: dict[str, str] = {}
    consent = _reduced(resource, person, resolve, names)
    terms = _terms(consent, read(consent), person, custodian)
    code = compiling.compile_consent(consent)
    document = {
        "terms": terms,
        "cedar": code.cedar,
        "schema": compiling.SCHEMA_HASH,
        "compiler": compiling.COMPILER,
        "sentence": wording.write(read(consent), names, place),
        "language": "en",
        "template": TEMPLATE,
    }
    return AdoptedCode(code_hash(document), document, from_json(terms))


def is_adopted(terms: Mapping[str, Any]) -> bool:
    """Whether these are the terms of an adopted Consent."""
    return terms.get("effect") == EFFECT


def from_json(terms: Mapping[str, Any]) -> Adopted:
    """What the stored terms of an adopted Consent say. Raises TermsError for what `adopt` would not have written."""
    try:
        consent = terms["consent"]
        found = read(consent)
        own = _terms(consent, found, UUID(terms["grantee"]["id"]), UUID(terms["custodian"]))
        if own != terms:
            raise TermsError("These terms are not in their canonical form.")
    except (KeyError, TypeError, ValueError, ConsentNotRead) as error:
        raise TermsError("These are not the terms of an adopted consent.") from error
    return Adopted(
        consent=consent,
        starts=instants.from_iso(terms["starts"]) if terms["starts"] else None,
        ends=instants.from_iso(terms["ends"]),
        duties=tuple(terms["duties"]),
        told=_told(found),
        parties=tuple(sorted({actor.reference for rule in found.rules for actor in rule.actors})),
    )


def _terms(consent: Mapping[str, Any], found: FhirConsent, person: UUID, custodian: UUID) -> dict[str, Any]:
    """In the shape that every contract's terms have, as far as it goes."""
    period = found.rules[0].period
    ends = instants.LAST if period.ends is None else min(period.ends, instants.LAST)
    starts = period.starts if period.starts is None else max(period.starts, 0)
    return {
        "v": 2,
        "effect": EFFECT,
        "custodian": str(custodian),
        "grantee": {"kind": "consent", "id": str(person)},
        "starts": None if starts is None else instants.iso(instants.from_microseconds(starts)),
        "ends": instants.iso(instants.from_microseconds(max(ends, 0))),
        "duties": list(_duties(consent)),
        "consent": dict(consent),
    }


def _duties(consent: Mapping[str, Any]) -> tuple[str, ...]:
    """What it says is owed, if it says so in our words; else the patient is told of each use."""
    said = [coding["code"] for coding in consent.get("policyRule", {}).get("coding", ())]
    return tuple(sorted(set(said) - {"none"})) if said else ("notify",)


def _told(found: FhirConsent) -> Distinctions:
    by = {
        meaning: frozenset(
            datum.reference for rule in found.rules for datum in rule.data if datum.meaning == meaning
        )
        for meaning in ("instance", "related", "authoredby")
    }
    # A rule compares the record's own reference with those that it names, whichever way it names them.
    return Distinctions(**by, dates=any(rule.dates is not None for rule in found.rules))


def _reduced(
    resource: Mapping[str, Any], person: UUID, resolve: Resolve, names: dict[str, str]
) -> dict[str, Any]:
    consent = {name: resource[name] for name in ("resourceType", "status", "scope", "provision")}
    consent["patient"] = {"reference": bridge.patient(person)}
    consent["provision"] = _provision(resource["provision"], "Consent.provision", resolve, names)
    if duties := _known_duties(resource.get("policyRule")):
        consent["policyRule"] = {"coding": duties}
    return consent


def _provision(
    value: Mapping[str, Any], path: str, resolve: Resolve, names: dict[str, str]
) -> dict[str, Any]:
    """The same provision with our references; it was read, so that its form is known. Depth is bounded by reading."""
    kept = {name: item for name, item in value.items() if name != "id"}
    if "actor" in kept:
        kept["actor"] = [
            {
                "role": actor["role"],
                "reference": {"reference": _resolved(actor, f"{path}.actor[{number}]", resolve, names)},
            }
            for number, actor in enumerate(kept["actor"])
        ]
    if "provision" in kept:
        inner = enumerate(kept["provision"])
        kept["provision"] = [
            _provision(item, f"{path}.provision[{number}]", resolve, names) for number, item in inner
        ]
    return kept


def _resolved(actor: Mapping[str, Any], path: str, resolve: Resolve, names: dict[str, str]) -> str:
    reference = actor["reference"]["reference"]
    found = resolve(reference)
    if found is None:
        raise ConsentElementUnsupported(
            f"{path}.reference {reference} is nobody whom this node knows, so the consent is refused."
        )
    ours, name = found
    names[ours] = name
    return ours


def _known_duties(rule: object) -> list[dict[str, str]]:
    codings = rule.get("coding", ()) if isinstance(rule, Mapping) else ()
    own = [one for one in codings if isinstance(one, Mapping) and one.get("system") == codes.DUTY_SYSTEM]
    for one in own:
        if one.get("code") not in (*DUTIES, "none"):
            raise ConsentMalformed("Consent.policyRule names a duty that this node does not know.")
    return [{"system": codes.DUTY_SYSTEM, "code": str(one["code"])} for one in own]
