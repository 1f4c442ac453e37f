"""The words that contracts and decisions are made of, and how people may spell them.

Purposes are HL7 v3 PurposeOfUse, sensitivity and confidentiality codes HL7 v3 ActCode and Confidentiality.
"""

from collections.abc import Iterable, Mapping

from consent.errors import (
    TermsError,
    UnknownAction,
    UnknownCategory,
    UnknownEvent,
    UnknownPurpose,
    UnknownSensitivity,
)

CATEGORIES: Mapping[str, str] = {
    "demographics": "personal details",
    "conditions": "conditions",
    "medicines": "medicines",
    "allergies": "allergies",
    "immunisations": "immunisations",
    "lab-results": "lab results",
    "vital-signs": "vital signs",
    "procedures": "procedures",
    "visits": "visits",
    "documents": "documents",
    "care-plans": "care plans",
    "insurance": "insurance",
    "messages": "messages",
    "social-history": "social history",
}
PURPOSES: Mapping[str, str] = {
    "TREAT": "treatment",
    "ETREAT": "emergency treatment",
    "HPAYMT": "payment for care",
    "HOPERAT": "running the organisation",
    "HRESCH": "research",
    "PATRQT": "your own request",
    "BTG": "breaking the glass",
}
ACTIONS: Mapping[str, str] = {
    "read": "read",
    "write": "add to and change",
    "export": "take a copy of",
    "manage_consent": "decide about the sharing of",
}
DELEGATED = "manage_consent"
"""What only a delegation allows: to grant and revoke contracts for somebody else."""

ROLES: Mapping[str, str] = {
    "clinician": "clinician",
    "administrator": "administrator",
    "privacy_officer": "privacy officer",
}
EVENTS: Mapping[str, str] = {
    "appointment": "an appointment",
    "referral": "a referral",
    "admission": "an admission",
}
MEANINGS: Mapping[str, str] = {
    "instance": "{}",
    "related": "{} and what is linked with it",
    "dependents": "{} and what refers to it",
    "authoredby": "what {} recorded",
}
"""How a contract may name records, as FHIR's consent-data-meaning does, and in words."""

SENSITIVITIES: Mapping[str, str] = {
    "R": "restricted records",
    "V": "very restricted records",
    "ETH": "substance use",
    "ETHUD": "alcohol use",
    "OPIOIDUD": "opioid use",
    "PSY": "mental health",
    "HIV": "HIV",
    "SEX": "sexual health",
    "SDV": "domestic violence",
}

LEVELS: Mapping[str, int] = {"U": 0, "L": 1, "M": 2, "N": 3, "R": 4, "V": 5}
"""HL7 v3 Confidentiality in its order: the highest code that a record bears counts."""

UNDER: Mapping[str, tuple[str, ...]] = {"ETH": ("ETHUD", "OPIOIDUD")}
"""A named sensitivity covers those under it."""

_SPELLINGS: Mapping[str, str] = {
    "laboratory": "lab-results",
    "lab": "lab-results",
    "labs": "lab-results",
    "laboratory-results": "lab-results",
    "vitals": "vital-signs",
    "medications": "medicines",
    "immunizations": "immunisations",
    "encounters": "visits",
    "problems": "conditions",
    "problem-list-item": "conditions",
    "coverage": "insurance",
    "careplans": "care-plans",
    "patient": "demographics",
}


def category(name: object) -> str:
    """The slug of a category however it is spelled: "Lab results", "lab_results" and FHIR's "laboratory" are one."""
    slug = "-".join(name.replace("_", " ").replace("-", " ").lower().split()) if isinstance(name, str) else ""
    slug = _SPELLINGS.get(slug, slug)
    if slug not in CATEGORIES:
        raise UnknownCategory(
            f"{_quoted(name)} is not a category of records. Use one of: {', '.join(CATEGORIES)}."
        )
    return slug


def purpose(name: object) -> str:
    """A purpose of use by its HL7 code."""
    return _coded(name, PURPOSES, UnknownPurpose, "a purpose of use")


def sensitivity(name: object) -> str:
    """A sensitivity that a contract names, by its HL7 code."""
    return _coded(name, SENSITIVITIES, UnknownSensitivity, "a sensitivity label")


def action(name: object) -> str:
    """What a contract allows to be done."""
    slug = name.strip().lower() if isinstance(name, str) else ""
    if slug not in ACTIONS:
        raise UnknownAction(f"{_quoted(name)} is not an action. Use one of: {', '.join(ACTIONS)}.")
    return slug


def event(name: object) -> str:
    """What must be open for a contract to hold."""
    slug = name.strip().lower() if isinstance(name, str) else ""
    if slug not in EVENTS:
        raise UnknownEvent(
            f"{_quoted(name)} is nothing that a contract can wait for. Use one of: {', '.join(EVENTS)}."
        )
    return slug


def grade(labels: Iterable[str]) -> tuple[int, tuple[str, ...]]:
    """The confidentiality level of a record and the sensitivities it bears.

    Without a confidentiality code a record is R if it bears a sensitivity, else N. A label that we do not know
    raises the record to V and stays on it as a sensitivity that no contract can name: it fails closed.
    """
    levels = [LEVELS[label] for label in labels if label in LEVELS]
    borne = sorted({label for label in labels if label not in LEVELS})
    if any(label not in SENSITIVITIES for label in borne):
        levels.append(LEVELS["V"])
    return max(levels, default=LEVELS["R"] if borne else LEVELS["N"]), tuple(borne)


def covered(named: Iterable[str]) -> tuple[str, ...]:
    """The sensitivities that a contract reaches by those it names, levels aside."""
    reached = {code for name in named for code in (name, *UNDER.get(name, ()))}
    return tuple(sorted(reached - LEVELS.keys()))


def _coded(name: object, codes: Mapping[str, str], error: type[TermsError], noun: str) -> str:
    code = name.strip().upper() if isinstance(name, str) else ""
    if code not in codes:
        raise error(f"{_quoted(name)} is not {noun}. Use one of: {', '.join(codes)}.")
    return code


def _quoted(name: object) -> str:
    """The caller's own word, short and printable."""
    return f"“{name[:40]}”" if isinstance(name, str) and name.isprintable() else "That"
