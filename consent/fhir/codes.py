"""The codes that a FHIR R4 Consent may use, by system. One that is not here is refused, never silently unmatched."""

from collections.abc import Mapping

from consent.vocabulary import LEVELS, SENSITIVITIES


def words(text: str) -> frozenset[str]:
    """A set of codes from a line of them."""
    return frozenset(text.split())


_HL7 = "http://terminology.hl7.org/CodeSystem/"
SCOPE_SYSTEM = f"{_HL7}consentscope"
ACTION_SYSTEM = f"{_HL7}consentaction"
ROLE_SYSTEM = f"{_HL7}v3-ParticipationType"
PURPOSE_SYSTEM = f"{_HL7}v3-ActReason"
LEVEL_SYSTEM = f"{_HL7}v3-Confidentiality"
SENSITIVITY_SYSTEM = f"{_HL7}v3-ActCode"
TYPE_SYSTEM = "http://hl7.org/fhir/resource-types"
CATEGORY_SYSTEM = "urn:assent:consent:category"
"""Our own: the categories of records that people understand, as classes of information, which R4 leaves open."""
DUTY_SYSTEM = "urn:assent:consent:duty"
"""Our own: what is owed for each use, in `policyRule`, which never decides."""

HL7_SYSTEMS = (
    *(
        f"{scheme}://{host}/"
        for scheme in ("http", "https")
        for host in ("terminology.hl7.org", "hl7.org", "www.hl7.org")
    ),
    "urn:oid:2.16.840.1.113883.5.",
)
"""Systems of HL7's own, under any of their names. A purpose from another one is a project's own."""

STATUSES = words("draft proposed active rejected inactive entered-in-error")
SCOPES = words("adr research patient-privacy treatment")
ACTIONS = words("collect access use disclose correct")

LABELS: Mapping[str, frozenset[str]] = {
    LEVEL_SYSTEM: frozenset(LEVELS),
    SENSITIVITY_SYSTEM: frozenset(SENSITIVITIES) - frozenset(LEVELS),
}

PURPOSES = words(
    """HMARKT HOPERAT CAREMGT DONAT FRAUD GOV HACCRED HCOMPL HDECD HDIRECT HDM HLEGAL HOUTCOMS HPRGRP HQUALIMP
    HSYSADMIN LABELING METAMGT MEMADMIN MILCDM PATADMIN PATSFTY PERFMSR RECORDMGT SYSDEV HTEST TRAIN HPAYMT
    CLMATTCH COVAUTH COVERAGE ELIGDTRM ELIGVER ENROLLM MILDCRG REMITADV HRESCH BIORCH CLINTRCH CLINTRCHNPC
    CLINTRCHPC PRECLINTRCH DSRCH POARCH TRANSRCH PATRQT FAMRQT PWATRNY SUPNWK PUBHLTH DISASTER THREAT TREAT
    CLINTRL COC ETREAT BTG ERTREAT POPHLTH"""
)
"""HL7 v3 PurposeOfUse, as R4 binds it."""

ROLES: Mapping[str, str | None] = {
    **dict.fromkeys(
        words("ADM ATND CALLBCK CON DIS ESC REF AUT INF TRANS ENT WIT CST IND IRCP LOC PRF RESP VRF")
    ),
    **dict.fromkeys(words("BEN CAGNT COV GUAR HLD RCT RCV"), "IND"),
    **dict.fromkeys(words("NOT PRCP REFB REFT TRC"), "IRCP"),
    **dict.fromkeys(words("DIST PPRF SPRF"), "PRF"),
    **dict.fromkeys(words("AUTHEN LA"), "VRF"),
}
"""HL7 v3 ParticipationType of people and organisations, each with the role that covers it."""

TYPES = words(
    """Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent
    Basic Binary BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan CareTeam
    CatalogEntry ChargeItem ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem
    Communication CommunicationRequest CompartmentDefinition Composition ConceptMap Condition Consent
    Contract Coverage CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device
    DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest
    DocumentReference EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest EnrollmentResponse
    EpisodeOfCare EventDefinition Evidence EvidenceVariable ExampleScenario ExplanationOfBenefit
    FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse HealthcareService ImagingStudy
    Immunization ImmunizationEvaluation ImmunizationRecommendation ImplementationGuide InsurancePlan Invoice
    Library Linkage List Location Measure MeasureReport Media Medication MedicationAdministration
    MedicationDispense MedicationKnowledge MedicationRequest MedicationStatement MedicinalProduct
    MedicinalProductAuthorization MedicinalProductContraindication MedicinalProductIndication
    MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured
    MedicinalProductPackaged MedicinalProductPharmaceutical MedicinalProductUndesirableEffect
    MessageDefinition MessageHeader MolecularSequence NamingSystem NutritionOrder Observation
    ObservationDefinition OperationDefinition OperationOutcome Organization OrganizationAffiliation
    Parameters Patient PaymentNotice PaymentReconciliation Person PlanDefinition Practitioner
    PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson RequestGroup
    ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment
    RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen SpecimenDefinition
    StructureDefinition StructureMap Subscription Substance SubstanceNucleicAcid SubstancePolymer
    SubstanceProtein SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification
    SupplyDelivery SupplyRequest Task TerminologyCapabilities TestReport TestScript ValueSet
    VerificationResult VisionPrescription"""
)
"""The resource types of R4."""

ACTOR_TYPES = words(
    """Device Group CareTeam Organization Patient Practitioner RelatedPerson PractitionerRole"""
)


def roles_of(role: str | None) -> list[str]:
    """A role and those that cover it (rule S9); none if it is not known who one acts as."""
    found = []
    while role is not None and role not in found:
        found.append(role)
        role = ROLES.get(role)
    return sorted(found)
