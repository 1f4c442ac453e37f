"""A FHIR R4 Consent to rules. Exceptions inherit what they do not state; what cannot be expressed is refused."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from consent.errors import ConsentCodeUnknown, ConsentElementUnsupported, ConsentMalformed
from consent.fhir import codes, elements
from consent.fhir.elements import among, code_of, coding, concept, fields, items, needed, reference
from consent.fhir.rules import ALWAYS, Actor, Datum, Effect, FhirConsent, Labels, Rule
from consent.vocabulary import CATEGORIES

MOST_PROVISIONS = 1000
T = TypeVar("T")

_SILENT = codes.words(
    "id meta language text contained identifier category dateTime performer organization sourceAttachment"
    " sourceReference policy policyRule"
)
"""What never decides (rule S2). `implicitRules`, `verification` and extensions might, so they are refused."""
_CONSENT = {*_SILENT, "resourceType", "status", "scope", "patient", "provision"}
_PROVISION = codes.words("id type period actor action securityLabel purpose class dataPeriod data provision")
_EFFECTS: Mapping[str, Effect] = {"permit": "permit", "deny": "deny"}
_MEANINGS = ("instance", "related", "authoredby")
"""`dependents` is not among them: no rule says what it reaches."""


def read(resource: object) -> FhirConsent:
    """What the resource says. Raises a ConsentNotRead that names the element or the code that stands in the way."""
    if not isinstance(resource, Mapping) or resource.get("resourceType") != "Consent":
        raise ConsentMalformed("This is not a FHIR Consent.")
    found = fields(resource, "Consent", _CONSENT)
    status = among(needed(found, "status", "Consent"), "Consent.status", codes.STATUSES)
    pair, path = concept(needed(found, "scope", "Consent"), "Consent.scope", codes.SCOPE_SYSTEM)
    scope = code_of(pair, path, codes.SCOPE_SYSTEM, codes.SCOPES)
    applies = status == "active" and scope == "patient-privacy"
    says = applies or "provision" in found
    return FhirConsent(
        patient=reference(needed(found, "patient", "Consent"), "Consent.patient", {"Patient"}),
        applies=applies,
        rules=_rules(needed(found, "provision", "Consent")) if says else (),
    )


def _rules(root: object) -> tuple[Rule, ...]:
    """In the order of the resource. A loop rather than recursion: provisions may nest to any depth."""
    rules: list[Rule] = []
    waiting: list[tuple[object, str, tuple[int, ...], Rule | None]] = [
        (root, "Consent.provision", (1,), None)
    ]
    while waiting:
        value, path, place, parent = waiting.pop()
        found = fields(value, path, _PROVISION)
        rule = _rule(found, path, place, parent)
        rules.append(rule)
        inner = [
            (item, where, (*place, number), rule)
            for number, (item, where) in enumerate(items(found, "provision", path), 1)
        ]
        waiting.extend(reversed(inner))
        if len(rules) + len(waiting) > MOST_PROVISIONS:
            raise ConsentElementUnsupported(
                f"Consent.provision nests more than {MOST_PROVISIONS} provisions."
            )
    return tuple(rules)


def _rule(found: Mapping[str, Any], path: str, place: tuple[int, ...], parent: Rule | None) -> Rule:
    """What is stated replaces what the parent has, but for the period, which only narrows (rule S5)."""
    effect = _EFFECTS[among(needed(found, "type", path), f"{path}.type", _EFFECTS)]
    above = parent or Rule((), effect)
    period = elements.period(found["period"], f"{path}.period") if "period" in found else ALWAYS
    labels = _each(found, "securityLabel", path, _label)
    classes = _each(found, "class", path, _class) or (
        *((codes.TYPE_SYSTEM, name) for name in above.types),
        *((codes.CATEGORY_SYSTEM, name) for name in above.categories),
    )
    return Rule(
        path=place,
        effect=effect,
        period=period.within(above.period),
        actors=_each(found, "actor", path, _actor) or above.actors,
        actions=_each(found, "action", path, _action) or above.actions,
        labels=Labels(labels, effect) if labels else above.labels,
        purposes=_each(found, "purpose", path, _purpose) or above.purposes,
        types=tuple(code for system, code in classes if system == codes.TYPE_SYSTEM),
        categories=tuple(code for system, code in classes if system == codes.CATEGORY_SYSTEM),
        dates=elements.period(found["dataPeriod"], f"{path}.dataPeriod")
        if "dataPeriod" in found
        else above.dates,
        data=_each(found, "data", path, _datum) or above.data,
    )


def _each(
    found: Mapping[str, Any], name: str, path: str, read_one: Callable[[object, str], T]
) -> tuple[T, ...]:
    return tuple(dict.fromkeys(read_one(item, where) for item, where in items(found, name, path)))


def _actor(value: object, path: str) -> Actor:
    found = fields(value, path, {"id", "role", "reference"})
    pair, where = concept(needed(found, "role", path), f"{path}.role", codes.ROLE_SYSTEM)
    return Actor(
        reference(needed(found, "reference", path), f"{path}.reference", codes.ACTOR_TYPES),
        code_of(pair, where, codes.ROLE_SYSTEM, codes.ROLES),
    )


def _action(value: object, path: str) -> str:
    pair, where = concept(value, path, codes.ACTION_SYSTEM)
    return code_of(pair, where, codes.ACTION_SYSTEM, codes.ACTIONS)


def _label(value: object, path: str) -> str:
    pair = coding(value, path)
    known: Collection[str] | None = codes.LABELS.get(pair[0])
    if known is None:
        raise ConsentCodeUnknown(
            f"{path}.system {elements.shown(pair[0])} has no security labels known here."
        )
    return among(pair[1], f"{path}.code", known)


def _purpose(value: object, path: str) -> str:
    """`system|code`. A project's own system may have any code; HL7's purposes are all known."""
    system, code = coding(value, path)
    if ":" not in system:
        raise ConsentMalformed(f"{path}.system must be an absolute URI.")
    if system.lower().startswith(codes.HL7_SYSTEMS):  # scheme and host have no case (RFC 3986 6.2.2.1)
        code_of((system, code), path, codes.PURPOSE_SYSTEM, codes.PURPOSES)
    return f"{system}|{code}"


def _class(value: object, path: str) -> tuple[str, str]:
    """A resource type of R4, or a category of our own."""
    pair = coding(value, path)
    if pair[0] == codes.CATEGORY_SYSTEM:
        return pair[0], code_of(pair, path, codes.CATEGORY_SYSTEM, CATEGORIES)
    return codes.TYPE_SYSTEM, code_of(pair, path, codes.TYPE_SYSTEM, codes.TYPES)


def _datum(value: object, path: str) -> Datum:
    found = fields(value, path, {"id", "meaning", "reference"})
    meaning = needed(found, "meaning", path)
    if meaning == "dependents":
        raise ConsentElementUnsupported(
            f"{path}.meaning dependents cannot be expressed, so the consent is refused."
        )
    return Datum(
        among(meaning, f"{path}.meaning", _MEANINGS),
        reference(needed(found, "reference", path), f"{path}.reference"),
    )
