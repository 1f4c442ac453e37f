"""The official examples go in and come out as they are; what the reference validator finds at fault stays out."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from consent import services as consent
from consent.sentence import Display
from consent.signature import Signature
from consent.terms import Grantee, Terms
from consent.vocabulary import CATEGORIES, SENSITIVITIES
from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.records import services, storage
from portal.records.categories import patient_of
from portal.records.errors import InvalidResource, RecordsError
from portal.records.kinds import DIRECTORY, KINDS
from portal.records.referring import Reference, references_of
from portal.records.validation import validate
from portal.records.verifying import verify_records
from tests.cast import PATIENT as AMARA
from tests.cast import Cast, record_of, store

# What only a terminology server, a profile or a policy of the validator's own could refuse. The values say which.
BEYOND = {
    "allergy.json": "terminology: a code is required from a value set that is not part of FHIR",
    "obs-temp-bad.json": "profile: vital signs, body temperature",
    "obs-vs-1.json": "profile: vital signs, blood pressure; an extension of a guide",
    "pat-dob-ext.json": "profile: an extension whose definition nobody gave",
    "patient-with-turvakielto.json": "profile: an extension whose definition nobody gave",
    "target-ref-profile-empty.json": "profile: extensions whose definitions nobody gave",
    "supplement-obs.json": "terminology: a supplement used as a code system",
    "supplement-obs-1a.json": "terminology: a code that its system does not have",
    "dr-example-org.json": "policy: addresses of examples",
    "pat-security-bad-string.json": "policy: text that looks like a tag. It is text, and every page escapes it",
}


# Their subject is a Patient whom they contain; whoever sends them says who of ours she is.
CONTAINED = {"5minute-apgar-score", "10minute-apgar-score", "20minute-apgar-score"}
NEWBORN = "newborn"
# An Encounter of one patient that names the Condition of another one, whose record the writer may read as well.
OF_ANOTHER = {("Encounter", "f203"): ["Encounter.diagnosis[0].condition.reference"]}


def examples(folder: Path) -> list[dict[str, Any]]:
    found = [json.loads(file.read_text()) for file in sorted(folder.rglob("*.json"))]
    return [one for one in found if one["resourceType"] in KINDS]


def let_write(cast: Cast, patient: str) -> None:
    """A contract of that patient's with the doctor, about everything."""
    with tenant_scope(cast.hospital.id):
        person = selectors.registration(patient=patient).person_id
        grantee = Grantee("practitioner", cast.doctor.user)
        consent.grant(
            person=person,
            grantor=cast.administrator.user,
            terms=Terms(
                cast.hospital.id,
                grantee,
                tuple(CATEGORIES),
                ("TREAT",),
                ends=datetime.now(UTC) + timedelta(days=30),
                actions=("read", "write"),
                sensitivity=tuple(SENSITIVITIES),
            ),
            signature=Signature("reauthenticated", cast.administrator.user),
            display=Display(cast.doctor.name, cast.hospital.name),
        )


def patient_told(example: dict[str, Any]) -> str:
    """Whose record it is, where the example itself only contains her."""
    return NEWBORN if example["id"] in CONTAINED else ""


def stub(reference: Reference, patient: str) -> dict[str, Any]:
    """A record that an example refers to and the examples do not hold."""
    kind, key = reference.place
    text, held = {"text": "referred to"}, {"reference": f"Patient/{patient}"}
    clinical: dict[str, dict[str, Any]] = {
        "Observation": {"status": "final", "code": text, "subject": held},
        "Encounter": {"status": "finished", "class": {"code": "AMB"}, "subject": held},
        "Condition": {"subject": held, "code": text},
        "QuestionnaireResponse": {"status": "completed", "subject": held},
        "Coverage": {"status": "active", "beneficiary": held, "payor": [{"display": "a payor"}]},
        "Device": {"patient": held},
        "DiagnosticReport": {"status": "final", "code": text, "subject": held},
        "Procedure": {"status": "completed", "subject": held},
        "ServiceRequest": {"status": "active", "intent": "order", "subject": held},
        "MedicationRequest": {
            "status": "active",
            "intent": "order",
            "subject": held,
            "medicationCodeableConcept": text,
        },
        "Specimen": {"subject": held},
        "CareTeam": {"subject": held},
        "RelatedPerson": {"patient": held},
        "DocumentReference": {
            "status": "current",
            "subject": held,
            "content": [{"attachment": {"title": "referred to"}}],
        },
        "Organization": {"name": "referred to"},
    }
    return {"resourceType": kind, "id": key, **clinical.get(kind, {})}


def test_every_example_of_a_type_that_is_kept_comes_back_as_it_was(cast: Cast, test_data: Path) -> None:
    found = examples(test_data / "fhir-examples")
    own = {one["id"]: one for one in found if one["resourceType"] == "Patient"}
    newborn = next(one for one in found if one["id"] in CONTAINED)["contained"][0]
    own[NEWBORN] = {**newborn, "id": NEWBORN}
    whose = {
        (one["resourceType"], one["id"]): patient_told(one) or patient_of(one).removeprefix("Patient/")
        for one in found
        if one["resourceType"] not in {*DIRECTORY, "Patient"}
    }
    call: dict[str, Any] = {"caller": cast.doctor, "tenant": cast.hospital.id}
    for key in sorted({*own, *whose.values()}):
        store(cast.hospital, own.get(key) or record_of(key, "Given", "Family", mrn=key)[0])
        let_write(cast, key)
    # What they refer to is there before: as it comes in by an import, which takes what is incomplete.
    told = [one for one in found if patient_told(one)]
    sent = [one for one in found if one not in told and one["resourceType"] != "Patient"]
    there = {(one["resourceType"], one["id"]) for one in sent}
    missing = {
        one.place: stub(one, whose.get((example["resourceType"], example["id"]), ""))
        for example in found
        for one in references_of(example, example["resourceType"])
        if one.place not in there
    }
    store(cast.hospital, *sent, *missing.values())
    for example in found:
        kind, content = example["resourceType"], json.dumps(example, indent=2).encode()
        key = example["id"]
        if kind == "Patient":
            services.update(**call, type=kind, id=key, content=content)
        else:
            made = services.create(**call, type=kind, content=content, about=patient_told(example))
            assert [one.expression for one in made.warnings] == OF_ANOTHER.get((kind, key), [])
            key = made.id
        read = services.read(**call, type=kind, id=key).record
        assert exact({**read.resource, "id": 0, "meta": 0}) == exact({**example, "id": 0, "meta": 0})
    assert (len(found), len(told)) == (104, len(CONTAINED))
    with tenant_scope(cast.hospital.id):
        assert not list(verify_records(cast.hospital.id))


def test_a_record_about_a_patient_whom_it_contains_needs_to_be_told_who_she_is(
    cast: Cast, test_data: Path
) -> None:
    apgar = next(one for one in examples(test_data / "fhir-examples") if one["id"] in CONTAINED)
    call: dict[str, Any] = {"caller": cast.doctor, "tenant": cast.hospital.id}
    services.write_resource(**call, resource={**apgar["contained"][0], "id": NEWBORN})
    let_write(cast, NEWBORN)
    let_write(cast, AMARA)

    def create(about: str, **patient: Any) -> Any:
        held = {**apgar["contained"][0], **patient}
        content = json.dumps({**apgar, "performer": [], "contained": [held]}).encode()
        content = content.replace(b'"performer": [], ', b"")
        return services.create(**call, type="Observation", content=content, about=about)

    for about, patient, problem in (
        ("", {}, "X-Security-Context"),
        ("nobody", {}, "names no patient"),
        (AMARA, {}, "is another person"),
        (NEWBORN, {"birthDate": "2016-05-19"}, "is another person"),
        (NEWBORN, {"gender": "female"}, "is another person"),
        (NEWBORN, {"identifier": [{"system": "http://acmehealthcare/org/mrns", "value": "7"}]}, "is another"),
        (NEWBORN, {"name": [{"family": "Shaw", "given": ["Amy"]}]}, "is another person"),
    ):
        with pytest.raises(InvalidResource, match=problem) as caught:
            create(about, **patient)
        assert caught.value.expression.startswith("Observation.")
    made = create(NEWBORN, birthDate="2016-05", name=[{"family": "Chalmers"}])
    with tenant_scope(cast.hospital.id):
        person = selectors.registration(patient=NEWBORN).person_id
        found = storage.read("Observation", made.id)
        assert found
        assert found[0].header.person == person
    patched = services.patch(
        **call,
        type="Observation",
        id=made.id,
        content=b'[{"op":"replace","path":"/status","value":"amended"}]',
    )
    assert patched.version == 2


def exact(resource: Any) -> str:
    return json.dumps(resource, sort_keys=True)


def test_what_breaks_fhir_is_refused_at_its_element(test_data: Path) -> None:
    accepted = set()
    for file in sorted((test_data / "malformed").glob("*.json")):
        if file.name == "INDEX.json":
            continue
        try:
            validate(file.read_bytes())
        except RecordsError as error:
            assert error.expression or error.code == "json-malformed", file.name
            assert str(error)
        else:
            accepted.add(file.name)
    assert accepted == set(BEYOND)


PATIENT: dict[str, Any] = {"resourceType": "Patient", "id": "a"}
VALID: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "urn:s", "code": "a"}]},
    "subject": {"reference": "Patient/a"},
}
ALLERGIES = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
ALLERGY = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
CONDITION: dict[str, Any] = {"resourceType": "Condition", "subject": {"reference": "Patient/a"}}
RULES: dict[str, tuple[dict[str, Any], str]] = {
    "per-1": (
        {**VALID, "effectivePeriod": {"start": "2026-02-02", "end": "2026-02-01"}},
        "Observation.effectivePeriod",
    ),
    "per-1 across zones": (
        {**VALID, "effectivePeriod": {"start": "2026-02-02T10:00:00Z", "end": "2026-02-02T11:00:00+02:00"}},
        "Observation.effectivePeriod",
    ),
    "rng-2": ({**VALID, "valueRange": {"low": {"value": 2}, "high": {"value": 1}}}, "Observation.valueRange"),
    "rat-1": ({**VALID, "valueRatio": {"numerator": {"value": 2}}}, "Observation.valueRatio"),
    "ele-1": ({**VALID, "method": {"id": "a"}}, "Observation.method"),
    "ele-1 beside nothing": ({**PATIENT, "_birthDate": {"id": "a"}}, "Patient._birthDate"),
    "ele-1 in a list": ({**PATIENT, "name": [{"given": ["A", None]}]}, "Patient.name[0].given[1]"),
    "ele-1 in both lists": (
        {**PATIENT, "name": [{"given": [None, "A"], "_given": [None, {"id": "b"}]}]},
        "Patient.name[0].given[0]",
    ),
    "sqty-1": (
        {**VALID, "referenceRange": [{"low": {"value": 2, "comparator": "<"}}]},
        "Observation.referenceRange[0].low.comparator",
    ),
    "age-1": ({**CONDITION, "onsetAge": {"value": 3}}, "Condition.onsetAge"),
    "age-1 of weeks that are none": (
        {**CONDITION, "onsetAge": {"value": 3, "system": "urn:a", "code": "wk"}},
        "Condition.onsetAge",
    ),
    "age-1 before birth": (
        {**CONDITION, "onsetAge": {"value": -3, "system": "http://unitsofmeasure.org", "code": "wk"}},
        "Condition.onsetAge",
    ),
    "drt-1": (
        {**VALID, "valueString": "a", "extension": [{"url": "urn:a", "valueDuration": {
            "value": 3, "system": "urn:a", "code": "h"}}]},
        "Observation.extension[0].valueDuration",
    ),
    "tim-9": (
        {**VALID, "effectiveTiming": {"repeat": {"offset": 5, "when": ["C"]}}},
        "Observation.effectiveTiming.repeat",
    ),
    "txt-2": (
        {**VALID, "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"> <p/> </div>'}},
        "Observation.text.div",
    ),
    "qty-3": ({**VALID, "valueQuantity": {"value": 2, "code": "kg"}}, "Observation.valueQuantity"),
    "obs-3": ({**VALID, "referenceRange": [{"age": {"low": {"value": 2}}}]}, "Observation.referenceRange[0]"),
    "obs-6": ({**VALID, "valueString": "a", "dataAbsentReason": {"text": "b"}}, "Observation"),
    "obs-7": (
        {**VALID, "valueString": "a", "component": [{"code": VALID["code"], "valueString": "b"}]},
        "Observation",
    ),
    "ref-1": ({**VALID, "performer": [{"reference": "#nobody"}]}, "Observation.performer[0].reference"),
    "dom-3": (
        {**VALID, "contained": [{"resourceType": "Practitioner", "id": "p"}]},
        "Observation.contained[0]",
    ),
    "dom-4": (
        {**VALID, "performer": [{"reference": "#p"}],
         "contained": [{"resourceType": "Practitioner", "id": "p", "meta": {"versionId": "1"}}]},
        "Observation",
    ),
    "pat-1": ({**PATIENT, "contact": [{"gender": "female"}]}, "Patient.contact[0]"),
    "cpt-2": ({**PATIENT, "telecom": [{"value": "1"}]}, "Patient.telecom[0]"),
    "att-1": ({**PATIENT, "photo": [{"data": "AAAA"}]}, "Patient.photo[0]"),
    "org-1": ({"resourceType": "Organization", "active": True}, "Organization"),
    "org-3": (
        {"resourceType": "Organization", "name": "A", "telecom": [{"system": "phone", "value": "1", "use": "home"}]},
        "Organization",
    ),
    "con-4": (
        {"resourceType": "Condition", "subject": {"reference": "Patient/a"}, "abatementDateTime": "2026",
         "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                                        "code": "active"}]}},
        "Condition",
    ),
    "ait-2": (
        {"resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/a"},
         "clinicalStatus": {"coding": [{"system": ALLERGIES, "code": "active"}]},
         "verificationStatus": {"coding": [{"system": ALLERGY, "code": "entered-in-error"}]}},
        "AllergyIntolerance",
    ),
    "qrs-1": (
        {"resourceType": "QuestionnaireResponse", "status": "completed",
         "item": [{"linkId": "1", "answer": [{"valueString": "a"}], "item": [{"linkId": "2"}]}]},
        "QuestionnaireResponse.item[0]",
    ),
    "gol-1": (
        {"resourceType": "Goal", "lifecycleStatus": "active", "description": {"text": "a"},
         "subject": {"reference": "Patient/a"}, "target": [{"detailString": "a"}]},
        "Goal.target[0]",
    ),
    "tim-1": (
        {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "code": {"text": "a"},
         "subject": {"reference": "Patient/a"}, "occurrenceTiming": {"repeat": {"duration": 5}}},
        "ServiceRequest.occurrenceTiming.repeat",
    ),
    "ext-1": (
        {**PATIENT, "extension": [{"url": "urn:a", "valueString": "a",
                                   "extension": [{"url": "b", "valueString": "c"}]}]},
        "Patient.extension[0]",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("resource", "expression"), RULES.values(), ids=RULES.keys())
def test_an_invariant_that_is_broken_is_named_with_its_element(
    resource: dict[str, Any], expression: str, request: pytest.FixtureRequest
) -> None:
    key = request.node.callspec.id.split()[0]
    with pytest.raises(RecordsError) as caught:
        validate(json.dumps(resource).encode())
    assert (caught.value.expression, caught.value.status) == (expression, 422)
    assert f"({key})" in str(caught.value)
