"""The search parameters that are served, and from which elements their values come. Pure.

One table makes the index, reads the questions and writes the CapabilityStatement, so that they cannot disagree.
Names and meanings are those of FHIR R4 and US Core 6.1.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from portal.records.kinds import DIRECTORY, KINDS

# How values are matched. `code` is a token whose system the element itself implies. `day` is a date found by equality
# only, and `name` a string of people that are searched for before anybody is known: see `index`.
FHIR_TYPES = {
    "token": "token", "code": "token", "string": "string", "name": "string", "date": "date", "day": "date",
    "reference": "reference", "uri": "reference",
}  # fmt: skip
SORTS = ("date", "_lastUpdated", "_id")

# Type, then `name:kind=path,path`, with the types that a reference leads to behind an arrow.
_TABLE = """
AllergyIntolerance clinical-status:token=clinicalStatus verification-status:token=verificationStatus
AllergyIntolerance date:date=recordedDate onset:date=reaction.onset
CarePlan date:date=period status:code=status category:token=category
CareTeam status:code=status category:token=category date:date=period role:token=participant.role
Claim status:code=status created:date=created
Communication status:code=status sent:date=sent received:date=received category:token=category
Condition category:token=category clinical-status:token=clinicalStatus code:token=code
Condition onset-date:date=onsetDateTime,onsetPeriod recorded-date:date=recordedDate
Condition asserted-date:date=@condition-assertedDate.valueDateTime
Condition abatement-date:date=abatementDateTime,abatementPeriod encounter:reference=encounter>Encounter
Coverage status:code=status type:token=type
Device type:token=type status:code=status
DiagnosticReport status:code=status category:token=category code:token=code
DiagnosticReport date:date=effectiveDateTime,effectivePeriod result:reference=result>Observation
DocumentReference status:code=status category:token=category type:token=type date:date=date
DocumentReference period:date=context.period encounter:reference=context.encounter>Encounter
Encounter class:token=class date:date=period location:reference=location.location>Location status:code=status
Encounter type:token=type discharge-disposition:token=hospitalization.dischargeDisposition
ExplanationOfBenefit status:code=status created:date=created
FamilyMemberHistory status:code=status relationship:token=relationship date:date=date
Goal lifecycle-status:code=lifecycleStatus target-date:date=target.dueDate description:token=description
Goal start-date:date=startDate
ImagingStudy status:code=status started:date=started
Immunization status:code=status date:date=occurrenceDateTime vaccine-code:token=vaccineCode
MedicationAdministration status:code=status effective-time:date=effectiveDateTime,effectivePeriod
MedicationDispense status:code=status type:token=type whenhandedover:date=whenHandedOver
MedicationDispense prescription:reference=authorizingPrescription>MedicationRequest
MedicationDispense medication:reference=medicationReference>Medication
MedicationRequest status:code=status intent:code=intent encounter:reference=encounter>Encounter
MedicationRequest authoredon:date=authoredOn medication:reference=medicationReference>Medication
MedicationStatement status:code=status effective:date=effectiveDateTime,effectivePeriod
Observation status:code=status category:token=category code:token=code
Observation date:date=effectiveDateTime,effectivePeriod,effectiveInstant,effectiveTiming.event
Observation has-member:reference=hasMember>Observation derived-from:reference=derivedFrom>Observation,DocumentReference
Procedure status:code=status date:date=performedDateTime,performedPeriod code:token=code category:token=category
QuestionnaireResponse status:code=status authored:date=authored questionnaire:uri=questionnaire
RelatedPerson name:string=name relationship:token=relationship
ServiceRequest status:code=status category:token=category code:token=code authored:date=authoredOn intent:code=intent
ServiceRequest encounter:reference=encounter>Encounter
Specimen type:token=type status:code=status collected:date=collection.collectedDateTime,collection.collectedPeriod
Patient birthdate:day=birthDate death-date:day=deceasedDateTime gender:code=gender
Patient family:name=name.family given:name=name.given name:name=name
Practitioner name:string=name family:string=name.family given:string=name.given active:code=active
PractitionerRole specialty:token=specialty practitioner:reference=practitioner>Practitioner role:token=code
PractitionerRole organization:reference=organization>Organization location:reference=location>Location
Organization name:string=name,alias address:string=address type:token=type partof:reference=partOf>Organization
Organization address-city:string=address.city address-state:string=address.state active:code=active
Organization address-postalcode:string=address.postalCode
Location name:string=name,alias address:string=address address-city:string=address.city status:code=status
Location address-state:string=address.state address-postalcode:string=address.postalCode type:token=type
Location organization:reference=managingOrganization>Organization
HealthcareService name:string=name service-category:token=category service-type:token=type specialty:token=specialty
Medication code:token=code status:code=status
"""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of one type. `paths`: where its values stand ("performer.actor"); an extension is "@name"."""

    name: str
    kind: str
    paths: tuple[str, ...]
    targets: tuple[str, ...] = ()


@cache
def parameters_of(type_name: str) -> Mapping[str, Parameter]:
    """The parameters of a type that the index answers, by name."""
    kind = KINDS[type_name]
    found = {"identifier": Parameter("identifier", "token", ("identifier",))}
    # What a record is about is found by `code` in every type, whatever FHIR calls the element there.
    if kind.codes:
        found["code"] = Parameter("code", "token", kind.codes)
    if not kind.directory:
        found["category"] = Parameter("category", "token", ("category",))
    for line in _TABLE.split("\n"):
        name, _, rest = line.partition(" ")
        if name == type_name:
            found |= {one.name: one for one in map(_parameter, rest.split())}
    return found


def names_of(type_name: str) -> frozenset[str]:
    """Every parameter that narrows a search for this type."""
    found = {"_id", "_lastUpdated", *parameters_of(type_name)}
    return frozenset(found if type_name in DIRECTORY else found | {"patient", "subject", "date"})


def fhir_type(type_name: str, name: str) -> str:
    """The type of a parameter as FHIR names it."""
    common = {"patient": "reference", "subject": "reference", "_id": "token"}
    found = parameters_of(type_name).get(name)
    return FHIR_TYPES[found.kind] if found else common.get(name, "date")


def includes_of(type_name: str) -> Iterator[Parameter]:
    """The references that `_include` may follow from this type, and `_revinclude` to where they lead."""
    return (one for one in parameters_of(type_name).values() if one.targets)


def included_by(type_name: str) -> list[tuple[str, Parameter]]:
    """The references that lead to this type: (from which type, parameter)."""
    return [(name, one) for name in sorted(KINDS) for one in includes_of(name) if type_name in one.targets]


def _parameter(written: str) -> Parameter:
    name, _, rest = written.partition(":")
    kind, _, where = rest.partition("=")
    paths, _, targets = where.partition(">")
    return Parameter(name, kind, tuple(paths.split(",")), tuple(filter(None, targets.split(","))))
