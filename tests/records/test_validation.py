"""What may be stored: strict JSON, FHIR R4, and an error that points at the element."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.records.errors import InvalidResource, MalformedJson, RecordsError, UnsupportedType
from portal.records.strict_json import MAX_DEPTH, parse
from portal.records.validation import validate
from tests.cast import condition, lab, record_of

GOOD = lab("amara", "one", "59261-8", 52, "2026-11-16")


def observation(**changes: Any) -> bytes:
    """A valid Observation with these elements changed; None as a value stays null, `...` takes the element away."""
    changed = {**GOOD, **changes}
    return json.dumps({key: value for key, value in changed.items() if value is not ...}).encode()


@pytest.mark.parametrize("resource", record_of("amara", "Amara", "Lindgren", mrn="1", ssn="2"))
def test_good_resources_pass(resource: dict[str, Any]) -> None:
    assert validate(json.dumps(resource).encode()) == resource


XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
ABSENT = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}
BROKEN = {
    "nothing": b"",
    "not closed": b'{"resourceType": "Patient"',
    "two values": b"{} {}",
    "a comment": b'{"resourceType": "Patient" /* no */}',
    "a comma too many": b'{"resourceType": "Patient",}',
    "no quotes": b"{resourceType: 1}",
    "a key twice": b'{"resourceType": "Patient", "id": "a", "id": "b"}',
    "a key twice deep inside": b'{"resourceType": "Patient", "name": [{"family": "A", "family": "B"}]}',
    "NaN": b'{"resourceType": "Observation", "valueQuantity": {"value": NaN}}',
    "Infinity": b'{"resourceType": "Observation", "valueQuantity": {"value": -Infinity}}',
    "not UTF-8": b'{"resourceType": "\xff"}',
    "UTF-16": '{"resourceType": "Patient"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"resourceType": "Patient"}',
    "too deep": b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
    "much too deep": b"[" * 100_000,
    "a raw control character": b'{"resourceType": "Pa\x00tient"}',
}


GOOD_CHANGES: dict[str, dict[str, Any]] = {
    "a value and what is beside it": {
        "valueQuantity": ...,
        "valueString": "a",
        "_valueString": {"extension": [ABSENT]},
    },
    "a value that is missing with a reason": {
        "valueQuantity": ...,
        "_valueString": {"extension": [ABSENT]},
    },
    "an extension in an extension": {"extension": [{"url": "urn:a", "extension": [ABSENT]}]},
    "an extension whose value is missing with a reason": {
        "extension": [{"url": "urn:a", "_valueString": {"extension": [ABSENT]}}]
    },
    "an address that ends like one of FHIR's": {
        "performer": [{"reference": "https://elsewhere.example/People/a"}]
    },
    "what may be anything": {"focus": [{"reference": "Basic/a", "type": "Basic"}]},
    "itself": {"derivedFrom": [{"reference": "#o"}],
               "contained": [{"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "a"},
                              "hasMember": [{"reference": "#"}]}]},
    "a picture as data": {"extension": [{"url": "urn:a", "valueUrl": "data:image/png;base64,AAAA"}]},
    "a name that begins like a scheme": {"meta": {"source": "urn:javascript:x"}},
}  # fmt: skip


@pytest.mark.parametrize("changes", GOOD_CHANGES.values(), ids=GOOD_CHANGES.keys())
def test_what_is_unusual_and_right_passes(changes: dict[str, Any]) -> None:
    validate(observation(**changes))


def test_a_link_of_a_document_or_a_person_runs_nothing() -> None:
    for link in ("javascript:alert(1)", "JavaScript:alert(1)", "data:text/html;base64,AAAA", "data:,x"):
        document = {
            "resourceType": "DocumentReference",
            "status": "current",
            "content": [{"attachment": {"url": link}}],
        }
        person = {"resourceType": "Patient", "id": "a", "telecom": [{"system": "url", "value": link}]}
        for resource, where in (
            (document, "DocumentReference.content[0].attachment.url"),
            (person, "Patient.telecom[0].value"),
        ):
            with pytest.raises(InvalidResource, match="would run") as caught:
                validate(json.dumps(resource).encode())
            assert caught.value.expression == where


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_json_that_two_readers_could_read_differently_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedJson):
        parse(content)


def test_a_resource_that_is_too_large_is_refused() -> None:
    with pytest.raises(MalformedJson, match="larger than"):
        parse(b'"' + b"a" * 200 + b'"', most=100)


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a value of two types, one of them beside": (
        {"valueQuantity": ..., "valueString": "a", "_valueInteger": {"extension": [ABSENT]}},
        "Observation",
    ),
    "an extension without anything": ({"extension": [{"url": "urn:a"}]}, "Observation.extension[0]"),
    "an extension with an id alone": (
        {"code": {"text": "a", "extension": [{"url": "urn:a", "_valueString": {"id": "b"}}]}},
        "Observation.code.extension[0]",
    ),
    "an extension without anything, beside": (
        {"_status": {"extension": [{"url": "urn:a"}]}},
        "Observation._status.extension[0]",
    ),
    "a performer of no such type": (
        {"performer": [{"reference": "Practitioner/a"}, {"reference": "Condition/a"}]},
        "Observation.performer[1].reference",
    ),
    "a type that is none": ({"encounter": {"reference": "Horoscope/a"}}, "Observation.encounter.reference"),
    "a version of a type that may not stand there": (
        {"encounter": {"reference": "Patient/a/_history/1"}},
        "Observation.encounter.reference",
    ),
    "another server's, of a type that may not stand there": (
        {"encounter": {"reference": "https://elsewhere.example/fhir/Patient/a"}},
        "Observation.encounter.reference",
    ),
    "a condition of a type that may not stand there": (
        {"encounter": {"reference": "Patient?identifier=a"}},
        "Observation.encounter.reference",
    ),
    "a contained one of a type that may not stand there": (
        {"encounter": {"reference": "#p"}, "contained": [{"resourceType": "Practitioner", "id": "p"}]},
        "Observation.encounter.reference",
    ),
    "a type that is said and may not stand there": (
        {"encounter": {"type": "Patient", "display": "a"}},
        "Observation.encounter.type",
    ),
    "a type that is not the one led to": (
        {"performer": [{"type": "Practitioner", "reference": "Organization/a"}]},
        "Observation.performer[0].type",
    ),
    "a script as an identifier's system": (
        {"identifier": [{"system": "javascript:alert(1)", "value": "1"}]},
        "Observation.identifier[0].system",
    ),
    "a page as data in an extension": (
        {"extension": [{"url": "urn:a", "valueUrl": "DATA:text/html,<script>x()</script>"}]},
        "Observation.extension[0].valueUrl",
    ),
    "a drawing that may hold a script": (
        {"extension": [{"url": "urn:a", "valueUri": "data:image/svg+xml;base64,AAAA"}]},
        "Observation.extension[0].valueUri",
    ),
    "a script as the source": ({"meta": {"source": "vbscript:x()"}}, "Observation.meta.source"),
    "no status": ({"status": ...}, "Observation.status"),
    "a status of nowhere": ({"status": "done"}, "Observation.status"),
    "a number in quotes": ({"valueQuantity": {"value": "52"}}, "Observation.valueQuantity.value"),
    "true for a number": ({"valueQuantity": {"value": True}}, "Observation.valueQuantity.value"),
    "null": ({"method": None}, "Observation.method"),
    "an empty object": ({"method": {}}, "Observation.method"),
    "an empty array": ({"note": []}, "Observation.note"),
    "an empty string": ({"valueQuantity": {"unit": ""}}, "Observation.valueQuantity.unit"),
    "NUL": ({"valueString": "a\x00b", "valueQuantity": ...}, "Observation.valueString"),
    "a lone surrogate": ({"valueString": "\ud800", "valueQuantity": ...}, "Observation.valueString"),
    "two values": ({"valueString": "a"}, "Observation"),
    "an unknown element": ({"colour": "red"}, "Observation.colour"),
    "an unknown element inside": ({"code": {"codes": []}}, "Observation.code.codes"),
    "an element of R5": ({"triggeredBy": [{"type": "reflex"}]}, "Observation.triggeredBy"),
    "one where many": ({"category": {"text": "lab"}}, "Observation.category"),
    "many where one": ({"code": [{"text": "lab"}]}, "Observation.code"),
    "a text for an object": ({"code": "59261-8"}, "Observation.code"),
    "an id that is too long": ({"id": "a" * 65}, "Observation.id"),
    "an id with a slash": ({"id": "a/b"}, "Observation.id"),
    "a number as id": ({"id": 5}, "Observation.id"),
    "a day that is not": ({"effectiveDateTime": "2026-02-30"}, "Observation.effectiveDateTime"),
    "a time without a zone": ({"effectiveDateTime": "2026-02-03T10:00:00"}, "Observation.effectiveDateTime"),
    "a date with slashes": ({"effectiveDateTime": "03/02/2026"}, "Observation.effectiveDateTime"),
    "a bad reference": ({"subject": {"reference": "amara"}}, "Observation.subject.reference"),
    "spaces in a code": ({"status": " final"}, "Observation.status"),
    "two contained of one id": (
        {
            "performer": [{"reference": "#p"}],
            "contained": [{"resourceType": "Patient", "id": "p"}, {"resourceType": "Patient", "id": "p"}],
        },
        "Observation.contained",
    ),
    "a contained one of no type": (
        {"performer": [{"reference": "#p"}], "contained": [{"resourceType": "DomainResource", "id": "p"}]},
        "Observation.contained[0]",
    ),
    "an unknown contained type": (
        {"contained": [{"resourceType": "Nonsense"}]},
        "Observation.contained[0]",
    ),
    "the second of many": (
        {"component": [{"code": {"text": "a"}}, {"code": {"text": 5}}]},
        "Observation.component[1].code.text",
    ),
    "a script in the narrative": (
        {"text": {"status": "generated", "div": f"<div {XHTML}><script>alert(1)</script></div>"}},
        "Observation.text.div",
    ),
    "an event in the narrative": (
        {"text": {"status": "generated", "div": f'<div {XHTML} onclick="x()">a</div>'}},
        "Observation.text.div",
    ),
    "an entity in the narrative": (
        {"text": {"status": "generated", "div": '<!DOCTYPE a [<!ENTITY b "c">]><div>&b;</div>'}},
        "Observation.text.div",
    ),
    "a narrative of another namespace": (
        {"text": {"status": "generated", "div": '<div xmlns="urn:a">a</div>'}},
        "Observation.text.div",
    ),
    "a style that fetches": (
        {"text": {"status": "generated", "div": f'<div {XHTML} style="background: url(//a)">a</div>'}},
        "Observation.text.div",
    ),
    "an id of an element with spaces": ({"code": {"id": "a b", "text": "a"}}, "Observation.code.id"),
    "a system that is not whole": (
        {"code": {"coding": [{"system": "loinc", "code": "a"}]}},
        "Observation.code.coding[0].system",
    ),
    "a value set as a system": (
        {"code": {"coding": [{"system": "http://hl7.org/fhir/ValueSet/observation-status", "code": "a"}]}},
        "Observation.code.coding[0].system",
    ),
    "an identifier of a system that is not whole": (
        {"identifier": [{"system": "mrn", "value": "1"}]},
        "Observation.identifier[0].system",
    ),
    "a URI as an identifier that is none": (
        {"identifier": [{"system": "urn:ietf:rfc:3986", "value": "1"}]},
        "Observation.identifier[0].value",
    ),
    "an extension of nowhere": (
        {"extension": [{"url": "colour", "valueString": "red"}]},
        "Observation.extension[0].url",
    ),
    "a comparator that is none": (
        {"valueQuantity": {"value": 1, "comparator": "~"}},
        "Observation.valueQuantity.comparator",
    ),
    "an event of the day that is none": (
        {"effectiveDateTime": ..., "effectiveTiming": {"repeat": {"when": ["noon"]}}},
        "Observation.effectiveTiming.repeat.when[0]",
    ),
    "a currency that is none": (
        {"extension": [{"url": "urn:a", "valueMoney": {"value": 1, "currency": "dollars"}}]},
        "Observation.extension[0].valueMoney.currency",
    ),
    "a media type that is none": (
        {"extension": [{"url": "urn:a", "valueAttachment": {"contentType": "text", "data": "AAAA"}}]},
        "Observation.extension[0].valueAttachment.contentType",
    ),
    "a size that is not": (
        {
            "extension": [
                {"url": "urn:a", "valueAttachment": {"contentType": "a/b", "data": "AAA=", "size": 3}}
            ]
        },
        "Observation.extension[0].valueAttachment.size",
    ),
    "a language that is none": ({"language": "English, please"}, "Observation.language"),
    "samples that are none": (
        {
            "valueQuantity": ...,
            "valueSampledData": {"origin": {"value": 0}, "period": 1, "dimensions": 1, "data": "1 two"},
        },
        "Observation.valueSampledData.data",
    ),
    "a text of more than a megabyte": ({"code": {"text": "a" * (2**20 + 1)}}, "Observation.code.text"),
    "a type of reference that is none": (
        {"performer": [{"type": "Horoscope", "display": "a"}]},
        "Observation.performer[0].type",
    ),
    "a script as a link": (
        {"text": {"status": "generated", "div": f'<div {XHTML}><a href="javascript:x()">a</a></div>'}},
        "Observation.text.div",
    ),
}


@pytest.mark.parametrize(("changes", "expression"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_named_by_the_path_to_its_element(changes: dict[str, Any], expression: str) -> None:
    with pytest.raises(InvalidResource) as caught:
        validate(observation(**changes))
    assert caught.value.expression == expression
    assert caught.value.status == 422


CONDITION = {"resourceType": "Condition", "subject": {"reference": "Patient/a"}, "code": {"text": "a"}}
ALLERGY = {"resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/a"}, "code": {"text": "a"}}


@pytest.mark.parametrize("resource", [CONDITION, ALLERGY], ids=["condition", "allergy"])
@pytest.mark.parametrize("element", ["clinicalStatus", "verificationStatus"])
def test_a_status_bears_a_code_of_fhir(resource: dict[str, Any], element: str) -> None:
    name = resource["resourceType"].lower()
    system = {
        "clinicalStatus": f"http://terminology.hl7.org/CodeSystem/{name}-clinical",
        "verificationStatus": "http://terminology.hl7.org/CodeSystem/"
        + ("condition-ver-status" if name == "condition" else f"{name}-verification"),
    }[element]
    code = "active" if element == "clinicalStatus" else "confirmed"
    rest = {} if element == "clinicalStatus" else {"clinicalStatus": ACTIVE[name]}
    good = {
        **resource,
        **rest,
        element: {"coding": [{"system": "urn:a", "code": "b"}, {"system": system, "code": code}]},
    }
    validate(json.dumps(good).encode())
    for bad in (
        {"text": code},
        {"coding": [{"system": system, "code": "bogus"}]},
        {"coding": [{"code": code}]},
    ):
        with pytest.raises(InvalidResource) as caught:
            validate(json.dumps({**good, element: bad}).encode())
        assert caught.value.expression == f"{resource['resourceType']}.{element}"


ACTIVE = {
    name: {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{name}-clinical", "code": "active"}]}
    for name in ("condition", "allergyintolerance")
}


def test_a_fault_never_repeats_the_content() -> None:
    with pytest.raises(InvalidResource) as caught:
        validate(observation(status="secret-word"))
    assert "secret-word" not in str(caught.value)
    with pytest.raises(InvalidResource) as caught:
        validate(observation(valueString="secret-word"))
    assert "secret-word" not in str(caught.value)


def test_types_that_are_not_kept_are_refused() -> None:
    with pytest.raises(UnsupportedType):
        validate(b'{"resourceType": "Basic", "code": {"text": "a"}}')
    with pytest.raises(UnsupportedType):
        validate(b'{"resourceType": "Bundle", "type": "collection"}')


@pytest.mark.parametrize("content", [b"[]", b"5", b'"a"', b"null", b"{}", b'{"resourceType": 5}'])
def test_what_is_no_resource_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidResource):
        validate(content)


def test_a_missing_value_may_be_explained_beside_it() -> None:
    reason = {
        "extension": [
            {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}
        ]
    }
    patient = {"resourceType": "Patient", "name": [{"given": ["Amara", None], "_given": [None, reason]}]}
    assert validate(json.dumps(patient).encode()) == patient


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused_with_our_error(content: bytes) -> None:
    try:
        found = parse(content)
    except MalformedJson:
        return
    assert json.loads(content) == found


@given(st.sampled_from(sorted(GOOD)), JSON_VALUES)
def test_any_value_in_any_element_is_taken_or_refused_with_our_error(element: str, value: Any) -> None:
    try:
        content = json.dumps({**GOOD, element: value}).encode()
        found = validate(content)
    except RecordsError as error:
        assert str(error)
        return
    assert found[element] == value


@given(JSON_VALUES)
def test_any_json_at_all_is_refused_with_our_error(value: Any) -> None:
    with pytest.raises(RecordsError):
        validate(json.dumps(value).encode())


def test_a_condition_is_valid_with_a_partial_date() -> None:
    assert validate(json.dumps(condition("amara", "a", "44054006")).encode())["onsetDateTime"] == "2023-03"
