"""The resource types that are kept here, and which of their elements decisions and searches read. Pure.

One table serves validation, categories, the index and the search, so that they cannot disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Kind:
    """`patient`, `dates`, `author`, `codes`: elements in the order in which they are looked for.

    `category` is the one that people understand (consent.vocabulary); "" for the directory, which belongs to no
    patient. `by_code`: categories by FHIR category code, where a type spreads over several.
    """

    category: str = ""
    patient: tuple[str, ...] = ("subject",)
    dates: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    codes: tuple[str, ...] = ("code",)
    by_code: Mapping[str, str] = field(default_factory=dict)

    @property
    def directory(self) -> bool:
        """Whether it belongs to the organisation's directory rather than to a patient."""
        return not self.category

    @property
    def categories(self) -> tuple[str, ...]:
        """Every category that a resource of this type can fall in."""
        return tuple(sorted({self.category, *self.by_code.values()}))


def _of_patient(category: str, *, dates: str = "", author: str = "", codes: str = "code") -> Kind:
    return Kind(category, ("patient",), tuple(dates.split()), tuple(author.split()), tuple(codes.split()))


def _of_subject(
    category: str, *, dates: str = "", author: str = "", codes: str = "code", by_code: str = ""
) -> Kind:
    spread = dict(pair.split("=") for pair in by_code.split())
    return Kind(
        category, ("subject",), tuple(dates.split()), tuple(author.split()), tuple(codes.split()), spread
    )


# An Observation that names no category, or only "exam", is what was found at a visit.
_OBSERVATIONS = (
    "laboratory=lab-results vital-signs=vital-signs social-history=social-history survey=social-history "
    "activity=social-history imaging=procedures procedure=procedures therapy=procedures exam=visits"
)
# v2-0074 diagnostic service sections; a report of any other kind is a document.
_REPORTS = (
    "LAB=lab-results CH=lab-results HM=lab-results MB=lab-results BLB=lab-results SR=lab-results CG=lab-results "
    "GE=lab-results IMM=lab-results TX=lab-results VR=lab-results SP=lab-results PAT=lab-results CP=lab-results "
    "CTH=lab-results MCB=lab-results MYC=lab-results laboratory=lab-results RAD=procedures CT=procedures "
    "NMR=procedures NMS=procedures OUS=procedures RUS=procedures VUS=procedures XRC=procedures EC=procedures "
    "EN=procedures CUS=procedures imaging=procedures"
)

_OCCURRED = "occurrenceDateTime occurrencePeriod"
_EFFECTIVE = "effectiveDateTime effectivePeriod effectiveInstant"
_PERFORMED = "performedDateTime performedPeriod"

KINDS: Mapping[str, Kind] = {
    "Patient": Kind("demographics", (), (), ("generalPractitioner",), ()),
    "RelatedPerson": _of_patient("demographics", codes="relationship"),
    "Condition": _of_subject(
        "conditions",
        dates="onsetDateTime onsetPeriod recordedDate",
        author="recorder asserter",
    ),
    "FamilyMemberHistory": _of_patient("conditions", dates="date"),
    "MedicationRequest": _of_subject(
        "medicines", dates="authoredOn", author="requester recorder", codes="medicationCodeableConcept"
    ),
    "MedicationStatement": _of_subject(
        "medicines",
        dates=f"{_EFFECTIVE} dateAsserted",
        author="informationSource",
        codes="medicationCodeableConcept",
    ),
    "MedicationAdministration": _of_subject(
        "medicines", dates=_EFFECTIVE, author="performer.actor", codes="medicationCodeableConcept"
    ),
    "MedicationDispense": _of_subject(
        "medicines",
        dates="whenHandedOver whenPrepared",
        author="performer.actor",
        codes="medicationCodeableConcept",
    ),
    "AllergyIntolerance": _of_patient(
        "allergies", dates="onsetDateTime recordedDate", author="recorder asserter"
    ),
    "Immunization": _of_patient(
        "immunisations", dates="occurrenceDateTime recorded", author="performer.actor", codes="vaccineCode"
    ),
    "Observation": _of_subject("visits", dates=_EFFECTIVE, author="performer", by_code=_OBSERVATIONS),
    "DiagnosticReport": _of_subject("documents", dates=_EFFECTIVE, author="performer", by_code=_REPORTS),
    "Specimen": _of_subject("lab-results", dates="receivedTime", codes="type"),
    "Procedure": _of_subject("procedures", dates=_PERFORMED, author="recorder performer.actor"),
    "ImagingStudy": _of_subject("procedures", dates="started", author="referrer", codes="procedureCode"),
    "Device": _of_patient("procedures", dates="manufactureDate", codes="type"),
    "Encounter": _of_subject("visits", dates="period", author="participant.individual", codes="type"),
    "DocumentReference": _of_subject("documents", dates="date", author="author", codes="type"),
    "Binary": Kind("documents", ("securityContext",), (), (), ()),
    "CarePlan": _of_subject("care-plans", dates="period created", author="author", codes="category"),
    "CareTeam": _of_subject("care-plans", dates="period", codes="category"),
    "Goal": _of_subject(
        "care-plans", dates="startDate statusDate", author="expressedBy", codes="description"
    ),
    "ServiceRequest": _of_subject("care-plans", dates=f"{_OCCURRED} authoredOn", author="requester"),
    "Coverage": Kind("insurance", ("beneficiary",), ("period",), ("subscriber",), ("type",)),
    "Claim": _of_patient("insurance", dates="billablePeriod created", author="provider", codes="type"),
    "ExplanationOfBenefit": _of_patient(
        "insurance", dates="billablePeriod created", author="provider", codes="type"
    ),
    "Communication": _of_subject("messages", dates="sent received", author="sender", codes="category"),
    "QuestionnaireResponse": _of_subject(
        "social-history", dates="authored", author="author", codes="questionnaire"
    ),
    "Organization": Kind(codes=("type",)),
    "Practitioner": Kind(codes=()),
    "PractitionerRole": Kind(),
    "Location": Kind(codes=("type",)),
    "HealthcareService": Kind(codes=("type",)),
    "Medication": Kind(),
}

DIRECTORY = frozenset(name for name, kind in KINDS.items() if kind.directory)
CLINICAL = frozenset(KINDS) - DIRECTORY
