"""One resource of each type of US Core that Synthea's histories do not have, about a patient of theirs."""

from typing import Any

Json = dict[str, Any]
V3 = "http://terminology.hl7.org/CodeSystem"
SNOMED = "http://snomed.info/sct"


def concept(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def resources_of(patient: str, encounter: str) -> list[Json]:
    """About this patient; those of the directory are the same for all."""
    of, about = (
        {"subject": {"reference": f"Patient/{patient}"}},
        {"patient": {"reference": f"Patient/{patient}"}},
    )
    visit = {"reference": f"Encounter/{encounter}"}

    def one(kind: str, key: str, **elements: Any) -> Json:
        return {"resourceType": kind, "id": f"{patient[:8]}-{key}", **elements}

    return [
        one("AllergyIntolerance", "a1", clinicalStatus=concept(f"{V3}/allergyintolerance-clinical", "active"),
            code=concept(SNOMED, "91936005"), **about),
        one("AllergyIntolerance", "a2", clinicalStatus=concept(f"{V3}/allergyintolerance-clinical", "resolved"),
            code=concept(SNOMED, "91930004"), recordedDate="2011-02", **about),
        one("CareTeam", "t1", status="active", participant=[{"role": [concept(SNOMED, "223366009")]}], **of),
        one("CareTeam", "t2", status="inactive", participant=[{"role": [concept(SNOMED, "133932002")]}], **of),
        one("Condition", "c1", clinicalStatus=concept(f"{V3}/condition-clinical", "active"),
            category=[concept(f"{V3}/condition-category", "problem-list-item")], code=concept(SNOMED, "38341003"),
            extension=[{"url": "http://hl7.org/fhir/StructureDefinition/condition-assertedDate",
                        "valueDateTime": "2012-08-24"}],
            encounter=visit, onsetPeriod={"start": "2012-08-20"}, recordedDate="2012-08-24", **of),
        one("Coverage", "v1", status="active", beneficiary=about["patient"], payor=[about["patient"]]),
        one("Device", "d1", status="active", type=concept(SNOMED, "468063009"), **about),
        one("DocumentReference", "r1", status="current", type=concept("http://loinc.org", "34133-9"),
            category=[concept("http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
                              "clinical-note")],
            date="2016-03-09T15:29:46.000+00:00", context={"period": {"start": "2016-03-01", "end": "2016-03-09"}},
            content=[{"attachment": {"contentType": "text/plain", "data": "QQ=="}}], **of),
        one("DocumentReference", "r2", status="superseded", type=concept("http://loinc.org", "18842-5"),
            category=[concept("http://loinc.org", "LP29684-5")], date="2017-03-09T15:29:46.123+11:00",
            content=[{"attachment": {"contentType": "text/plain", "data": "QQ=="}}], **of),
        one("DiagnosticReport", "g1", status="final", category=[concept("http://loinc.org", "LP29708-2")],
            code=concept("http://loinc.org", "45036-1"), effectiveDateTime="2015-07-05T15:00:00Z", **of),
        one("Encounter", "e1", status="finished", type=[concept(SNOMED, "32485007")],
            identifier=[{"system": "urn:visits", "value": "V-1"}],
            **{"class": {"system": f"{V3}/v3-ActCode", "code": "IMP"}},
            period={"start": "2014-11-04T22:00:00+00:00", "end": "2014-11-06T08:00:00+00:00"},
            location=[{"location": {"reference": "Location/ward"}}],
            hospitalization={"dischargeDisposition": concept(f"{V3}/discharge-disposition", "home")}, **of),
        one("Encounter", "e2", status="in-progress", **{"class": {"system": f"{V3}/v3-ActCode", "code": "AMB"}},
            period={"start": "2015-01-01T10:00:00Z"}, **of),
        one("Goal", "g2", lifecycleStatus="accepted", description=concept(SNOMED, "281004"),
            target=[{"dueDate": "2016-04-05"}, {"dueDate": "2017-04"}], **of),
        one("MedicationDispense", "m1", status="completed", type=concept(f"{V3}/v3-ActCode", "FF"),
            medicationCodeableConcept=concept(SNOMED, "1"), **of),
        one("MedicationRequest", "q1", status="active", intent="plan", encounter=visit, authoredOn="2019-05-01",
            medicationReference={"reference": "Medication/med"}, **of),
        one("QuestionnaireResponse", "s1", status="completed", questionnaire="http://example.org/q|2",
            authored="2018-09-10T10:00:00Z", **of),
        one("RelatedPerson", "p1", name=[{"family": "Mørk-Lund", "given": ["Åse"]}], **about),
        one("ServiceRequest", "o1", status="completed", intent="order", category=[concept(SNOMED, "386053000")],
            code=concept(SNOMED, "104177005"), authoredOn="2012-01-05T09:00:00Z", **of),
        one("Specimen", "b1", type=concept(SNOMED, "122555007"), **of),
    ]  # fmt: skip


DIRECTORY: list[Json] = [
    {"resourceType": "Location", "id": "ward", "status": "active", "name": "Ward of St Zoë", "alias": ["Nine"],
     "address": {"line": ["1 Main St"], "city": "Springfield", "state": "MA", "postalCode": "01101"}},
    {"resourceType": "Location", "id": "lab", "status": "active", "name": "Laboratory",
     "address": {"line": ["2 Main St"], "city": "Boston", "state": "MA", "postalCode": "02101"}},
    {"resourceType": "PractitionerRole", "id": "role", "practitioner": {"reference": "Practitioner/none"},
     "specialty": [concept("http://nucc.org/provider-taxonomy", "208D00000X")]},
    {"resourceType": "Medication", "id": "med", "code": concept(SNOMED, "387207008")},
]  # fmt: skip
