"""What R4 binds an element to, where the published models do not: its codes, SimpleQuantity. Pure.

Only those that FHIR itself lists whole: what a terminology server would have to say is not held against a resource.
"""

from collections.abc import Mapping
from typing import Any

# The models' metadata ends these with "+", or does not have them.
CODES: Mapping[str, frozenset[str]] = {
    element: frozenset(words.split())
    for element, words in {
        "Observation.status": "registered preliminary final amended corrected cancelled entered-in-error unknown",
        "DiagnosticReport.status": "registered partial preliminary final amended corrected appended cancelled "
        "entered-in-error unknown",
        "Encounter.status": "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown",
        "EncounterStatusHistory.status": "planned arrived triaged in-progress onleave finished cancelled "
        "entered-in-error unknown",
        "DeviceUdiCarrier.entryType": "barcode rfid manual card self-reported unknown",
        "Quantity.comparator": "< <= >= >",
        "Age.comparator": "< <= >= >",
        "Duration.comparator": "< <= >= >",
        "Count.comparator": "< <= >= >",
        "Distance.comparator": "< <= >= >",
        "TimingRepeat.when": "MORN MORN.early MORN.late NOON AFT AFT.early AFT.late EVE EVE.early EVE.late NIGHT PHS "
        "HS WAKE C CM CD CV AC ACM ACD ACV PC PCM PCD PCV",
    }.items()
}

_SYSTEMS = "http://terminology.hl7.org/CodeSystem/"
_CONCEPTS = {
    "Condition.clinicalStatus": (
        "condition-clinical",
        "active recurrence relapse inactive remission resolved",
    ),
    "Condition.verificationStatus": (
        "condition-ver-status",
        "unconfirmed provisional differential confirmed refuted entered-in-error",
    ),
    "AllergyIntolerance.clinicalStatus": ("allergyintolerance-clinical", "active inactive resolved"),
    "AllergyIntolerance.verificationStatus": (
        "allergyintolerance-verification",
        "unconfirmed presumed confirmed refuted entered-in-error",
    ),
}
CONCEPTS: Mapping[str, tuple[str, frozenset[str]]] = {
    element: (_SYSTEMS + system, frozenset(words.split())) for element, (system, words) in _CONCEPTS.items()
}


def fault_of_concept(
    concept: Mapping[str, Any], system: str, codes: frozenset[str]
) -> tuple[str, str] | None:
    """What is wrong with a CodeableConcept that must bear one of these codes; None if nothing is."""
    if any(one.get("system") == system and one.get("code") in codes for one in concept.get("coding", ())):
        return None
    if "extension" in concept and not concept.keys() & {"coding", "text"}:  # which says why there is none
        return None
    return "", f"must bear a code of {system}: {', '.join(sorted(codes))}"


_SIMPLE_TEXT = """
Range.low Range.high SampledData.origin ObservationReferenceRange.low ObservationReferenceRange.high
DosageDoseAndRate.doseQuantity DosageDoseAndRate.rateQuantity Dosage.maxDosePerAdministration
Dosage.maxDosePerLifetime MedicationRequestDispenseRequest.quantity
MedicationRequestDispenseRequestInitialFill.quantity MedicationDispense.quantity MedicationDispense.daysSupply
MedicationAdministrationDosage.dose MedicationAdministrationDosage.rateQuantity Immunization.doseQuantity
SpecimenCollection.quantity SpecimenContainer.capacity SpecimenContainer.specimenQuantity
CarePlanActivityDetail.dailyAmount CarePlanActivityDetail.quantity CoverageCostToBeneficiary.valueQuantity
ClaimItem.quantity ClaimItemDetail.quantity ClaimItemDetailSubDetail.quantity ExplanationOfBenefitItem.quantity
ExplanationOfBenefitItemDetail.quantity ExplanationOfBenefitItemDetailSubDetail.quantity
ExplanationOfBenefitAddItem.quantity ExplanationOfBenefitAddItemDetail.quantity
ExplanationOfBenefitAddItemDetailSubDetail.quantity
"""
SIMPLE = frozenset(_SIMPLE_TEXT.split())  # a SimpleQuantity: a Quantity without a comparator (sqty-1)


def fault_of_simple(quantity: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is wrong with a Quantity that must be a SimpleQuantity; None if nothing is."""
    return ("comparator", "may not stand in a SimpleQuantity (sqty-1)") if "comparator" in quantity else None
