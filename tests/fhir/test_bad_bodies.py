"""What is not FHIR stays outside, whatever its form: refused at the element, and nothing is stored."""

import json
from pathlib import Path
from typing import Any

import pytest

from portal.records.strict_json import MAX_DEPTH
from tests.api.house import House
from tests.fhir.test_read import outcome
from tests.fhir.writing import bundle, glucose, nothing_is_stored, opt_out, post

BASE = "/fhir/st-mary"
SENT = {"Content-Type": "application/fhir+json"}
GOOD = json.dumps(glucose())


@pytest.fixture
def doctor(house: House) -> Any:
    opt_out(house)
    return house.own_doctor


def text_of(**changes: Any) -> str:
    return json.dumps(glucose(**changes))


def narrated(div: str) -> str:
    return text_of(text={"status": "generated", "div": div})


MALFORMED, INVALID = (400, "structure", "json-malformed"), (422, "processing", "resource-invalid")
BODIES: dict[str, tuple[bytes, tuple[int, str, str], str]] = {
    "nothing": (b"", MALFORMED, ""),
    "no JSON": (b"<Observation/>", MALFORMED, ""),
    "a key twice": (GOOD.replace('"status"', '"status": "final", "status"', 1).encode(), MALFORMED, ""),
    "a key twice deep inside": (
        GOOD.replace('"code": "2345-7"', '"code": "1", "code": "2"').encode(),
        MALFORMED,
        "",
    ),
    "too deep": (b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), MALFORMED, ""),
    "much too deep": (b"[" * 200_000, MALFORMED, ""),
    "bad UTF-8": (GOOD.replace("final", "fin\udcffal").encode("utf-8", "surrogateescape"), MALFORMED, ""),
    "UTF-16": (GOOD.encode("utf-16"), MALFORMED, ""),
    "a second value": (f"{GOOD} {GOOD}".encode(), MALFORMED, ""),
    "NaN": (GOOD.replace("5.1", "NaN").encode(), MALFORMED, ""),
    "an infinite number": (GOOD.replace("5.1", "1e400").encode(), INVALID, "Observation.valueQuantity.value"),
    "a number of 200 digits": (
        GOOD.replace("5.1", "9" * 200).encode(),
        INVALID,
        "Observation.valueQuantity.value",
    ),
    "a number of 10,000 digits": (GOOD.replace("5.1", "9" * 10_000).encode(), MALFORMED, ""),
    "a script": (narrated("<div><script>alert(1)</script></div>").encode(), INVALID, "Observation.text.div"),
    "an event": (narrated('<div><p onmouseover="x()">a</p></div>').encode(), INVALID, "Observation.text.div"),
    "a link that is a script": (
        narrated('<div><a href=" java\tscript:x()">a</a></div>').encode(),
        INVALID,
        "Observation.text.div",
    ),
    "an unknown element": (text_of(colour="red").encode(), INVALID, "Observation.colour"),
    "a bad reference": (
        text_of(subject={"reference": "ana"}).encode(),
        INVALID,
        "Observation.subject.reference",
    ),
    "a dangling reference": (
        text_of(encounter={"reference": "urn:uuid:00000000-0000-4000-8000-000000000000"}).encode(),
        (422, "processing", "reference-unresolved"),
        "Observation.encounter.reference",
    ),
    "a condition that fits nothing": (
        text_of(performer=[{"reference": "Practitioner?identifier=a|b"}]).encode(),
        (422, "processing", "reference-unresolved"),
        "Observation.performer[0].reference",
    ),
}


@pytest.mark.parametrize(("content", "expected", "expression"), BODIES.values(), ids=BODIES.keys())
def test_it_is_refused_at_the_element(
    house: House, doctor: Any, content: bytes, expected: tuple[int, str, str], expression: str
) -> None:
    with nothing_is_stored(house):
        answer = doctor.post(f"{BASE}/Observation", content=content, headers=SENT)
        assert outcome(answer) == expected
        assert answer.json()["issue"][0].get("expression", [""]) == [expression]
        inside = bundle("transaction", post(glucose()), post(glucose()))
        broken = json.dumps(inside).encode().replace(GOOD.encode(), content, 1)
        assert doctor.post(f"{BASE}/", content=broken, headers=SENT).status_code in (400, 422)


@pytest.mark.parametrize(
    "media_type", ["application/fhir+xml", "text/plain", "application/xml", "", "application/json-patch+json"]
)
def test_what_is_not_json_is_not_read(house: House, doctor: Any, media_type: str) -> None:
    with nothing_is_stored(house):
        for method, path in (("POST", "/Observation"), ("PUT", "/Observation/a"), ("POST", "/")):
            headers = {"Content-Type": media_type}
            answer = doctor.call(method, f"{BASE}{path}", content=GOOD, headers=headers)
            assert outcome(answer) == (415, "not-supported", "unsupported-media-type")


@pytest.mark.parametrize("said", ["charset=iso-8859-1", "fhirVersion=3.0"])
def test_what_is_written_otherwise_is_not_read(house: House, doctor: Any, said: str) -> None:
    with nothing_is_stored(house):
        headers = {"Content-Type": f"application/fhir+json; {said}"}
        answer = doctor.post(f"{BASE}/Observation", content=GOOD, headers=headers)
        assert outcome(answer) == (415, "not-supported", "unsupported-media-type")


@pytest.mark.parametrize("key", ["a_b", "a b", "a" * 65])
def test_nothing_is_put_where_no_id_is(house: House, doctor: Any, key: str) -> None:
    with nothing_is_stored(house):
        answer = doctor.call("PUT", f"{BASE}/Observation/{key}", content=text_of(id=key), headers=SENT)
        assert outcome(answer)[0] == 400
        assert answer.json()["issue"][0]["expression"] == ["Observation.id"]
    assert doctor.get(f"{BASE}/Observation/{key}").status_code == 404


def test_an_empty_condition_is_none(house: House, doctor: Any) -> None:
    with nothing_is_stored(house):
        answer = doctor.post(f"{BASE}/Observation", content=GOOD, headers={**SENT, "If-None-Exist": ""})
    assert outcome(answer)[0] == 400


@pytest.mark.parametrize("announced", [True, False])
def test_fifty_megabytes_are_too_many(house: House, doctor: Any, announced: bool) -> None:
    size = 50 * 1024 * 1024
    with nothing_is_stored(house):
        for path in ("/Observation", "/"):
            content = b" " * size if announced else (b" " * 65536 for _ in range(size // 65536))
            answer = doctor.post(f"{BASE}{path}", content=content, headers=SENT)
            assert outcome(answer) == (413, "too-long", "body-too-large")


def test_a_transaction_of_too_many_entries_is_refused(house: House, doctor: Any) -> None:
    entry = {"request": {"method": "DELETE", "url": "Observation/none"}}
    with nothing_is_stored(house):
        answer = doctor.post(f"{BASE}/", json=bundle("transaction", *[entry] * 1001), headers=SENT)
        assert outcome(answer) == (400, "invalid", "bundle-invalid")


def test_what_the_reference_validator_refuses_is_not_stored(
    house: House, doctor: Any, test_data: Path
) -> None:
    from tests.records.test_examples import BEYOND

    files = [file for file in (test_data / "malformed").glob("*.json") if file.name != "INDEX.json"]
    with nothing_is_stored(house):
        for file in sorted(set(files) - {file for file in files if file.name in BEYOND}):
            content = file.read_bytes()
            try:
                kind = json.loads(content).get("resourceType")
            except ValueError:
                kind = "Patient"
            path = "/" if kind in {"Bundle", "Parameters"} else f"/{kind}"
            answer = doctor.post(f"{BASE}{path}", content=content, headers=SENT)
            status, _, code = outcome(answer)
            assert status in (400, 422), (file.name, answer.text)
            assert answer.json()["issue"][0].get("expression") or code == "json-malformed", file.name
