"""References lead to records that are there; and whom nothing is shown, nothing is told by them."""

import json
from typing import Any

import pytest

from portal.records.importing import import_content
from tests.api.house import ANA, ASTHMA, BEN, GLUCOSE, HIV, WEIGHT, House, contract_body
from tests.fhir.test_read import outcome
from tests.fhir.writing import bundle, glucose, nothing_is_stored, opt_out, post, urn

BASE = "/fhir/st-mary"
SENT = {"Content-Type": "application/fhir+json"}
OF_BEN = "Observation/ben-glucose-1"
REFUSED = (422, "processing", "reference-unresolved")


@pytest.fixture
def doctor(house: House) -> Any:
    opt_out(house)
    return house.own_doctor


def send(caller: Any, *references: str, **changes: Any) -> Any:
    made = {"derivedFrom": [{"reference": one} for one in references]} if references else {}
    body = glucose(**made, **changes)
    return caller.post(f"{BASE}/Observation", json=body, headers=SENT)


def test_a_reference_to_what_is_not_here_is_refused_at_its_element(house: House, doctor: Any) -> None:
    with nothing_is_stored(house):
        answer = send(doctor, f"Observation/{WEIGHT}", "Observation/none")
    assert outcome(answer) == REFUSED
    assert answer.json()["issue"][0]["expression"] == ["Observation.derivedFrom[1].reference"]
    with nothing_is_stored(house):
        assert outcome(send(doctor, "Observation/none/_history/2")) == REFUSED
        contained = {"resourceType": "Observation", "id": "c", "status": "final", "code": {"text": "a"},
                     "hasMember": [{"reference": "Observation/none"}]}  # fmt: skip
        assert outcome(send(doctor, "#c", contained=[contained])) == REFUSED
        assert outcome(send(doctor, performer=[{"reference": "Practitioner/none"}])) == REFUSED


@pytest.mark.parametrize(
    "reference",
    [f"Observation/{WEIGHT}", f"Observation/{WEIGHT}/_history/1", "http://elsewhere.example/Observation/1"],
)
def test_what_is_here_or_elsewhere_is_referred_to(doctor: Any, reference: str) -> None:
    assert send(doctor, reference).status_code == 201


def test_this_servers_own_address_is_its_own_record(house: House, doctor: Any) -> None:
    base = f"{house.http.base_url}".rstrip("/") + BASE
    hers = {"subject": {"reference": f"{base}/Patient/{ANA}"}}
    made = send(doctor, f"{base}/Observation/{WEIGHT}", **hers)
    assert made.status_code == 201, made.text
    assert made.json()["derivedFrom"] == [{"reference": f"Observation/{WEIGHT}"}]
    assert made.json()["subject"] == {"reference": f"Patient/{ANA}"}
    answer = send(doctor, f"{base}/Observation/none")
    assert outcome(answer) == REFUSED
    assert answer.json()["issue"][0]["expression"] == ["Observation.derivedFrom[0].reference"]
    escaped = json.dumps(glucose(derivedFrom=[{"reference": f"{base}/Observation/none"}])).replace("/", "\\/")
    answer = doctor.post(f"{BASE}/Observation", content=escaped, headers=SENT)
    assert outcome(answer) == REFUSED
    found = doctor.get(f"{BASE}/Observation", params={"patient": f"{base}/Patient/{ANA}", "code": "2345-7"})
    assert made.json()["id"] in [one["resource"]["id"] for one in found.json()["entry"]]


def test_an_entry_is_referred_to_by_where_it_says_it_is(house: House, doctor: Any) -> None:
    """A client may give what is new an address beside what is here; another server's is another one."""
    base = f"{house.http.base_url}".rstrip("/") + BASE
    entries = [
        post(glucose(), f"{base}/Observation/first"),
        post(glucose(derivedFrom=[{"reference": f"{base}/Observation/first"}])),
        post(glucose(), "https://elsewhere.example/fhir/Observation/second"),
        post(glucose(derivedFrom=[{"reference": "https://elsewhere.example/fhir/Observation/second"}])),
    ]
    answer = doctor.post(f"{BASE}/", json=bundle("transaction", *entries), headers=SENT)
    assert answer.status_code == 200, answer.text
    made = [one["resource"] for one in answer.json()["entry"]]
    for target, referring in (made[:2], made[2:]):
        assert referring["derivedFrom"] == [{"reference": f"Observation/{target['id']}"}]


def test_what_a_record_refers_to_may_be_deleted_and_the_record_is_read_and_changed_as_before(
    doctor: Any,
) -> None:
    gone = doctor.post(f"{BASE}/Observation", json=glucose(), headers=SENT).json()["id"]
    made = send(doctor, f"Observation/{gone}").json()
    assert doctor.call("DELETE", f"{BASE}/Observation/{gone}").status_code == 204
    path = f"{BASE}/Observation/{made['id']}"
    assert doctor.get(path).json()["derivedFrom"] == [{"reference": f"Observation/{gone}"}]
    found = doctor.get(
        f"{BASE}/Observation",
        params={"patient": ANA, "_id": made["id"], "_include": "Observation:derived-from"},
    )
    assert [one["resource"]["id"] for one in found.json()["entry"]] == [made["id"]]
    again = doctor.call("PUT", path, json={**made, "status": "amended"}, headers=SENT)
    assert again.status_code == 200, again.text


def test_types_that_are_not_kept_and_other_people_are_not_looked_for(doctor: Any) -> None:
    body = {
        "focus": [{"reference": "Basic/none"}, {"reference": f"Patient/{BEN}"}, {"reference": "Patient/none"}]
    }
    answer = send(doctor, **body)
    assert answer.status_code == 201, answer.text


def test_somebody_elses_record_is_not_there_for_who_may_not_read_it(house: House) -> None:
    """The answer is the same as where there is none; he whom it is about is told all the same."""
    terms = {"categories": ["lab-results"], "actions": ["read", "write"]}
    house.ana.post("/api/v1/contracts/", json=contract_body(**terms))
    before = told(house.ben)
    answers = []
    for reference in (OF_BEN, "Observation/none"):
        with nothing_is_stored(house):
            answer = send(house.doctor, reference)
        assert outcome(answer) == REFUSED
        assert "Ledger-Entry" not in answer.headers
        issue = answer.json()["issue"][0]
        answers.append({**issue, "diagnostics": "", "details": str(issue["details"]).replace(reference, "")})
    assert answers[0] == answers[1]
    assert told(house.ben) == [("denied", "read"), *before]


def test_somebody_elses_record_is_referred_to_with_a_warning(house: House, doctor: Any) -> None:
    before = told(house.ben)
    answer = doctor.post(
        f"{BASE}/Observation",
        json=glucose(derivedFrom=[{"reference": OF_BEN}]),
        headers={**SENT, "Prefer": "return=OperationOutcome"},
    )
    assert answer.status_code == 201, answer.text
    done, warned = answer.json()["issue"]
    assert (done["severity"], warned["severity"], warned["code"]) == (
        "information",
        "warning",
        "business-rule",
    )
    assert warned["expression"] == ["Observation.derivedFrom[0].reference"]
    assert told(house.ben) == [("permitted", "read"), *before]
    there = doctor.get(answer.headers["Location"]).json()
    assert there["derivedFrom"] == [{"reference": OF_BEN}]
    again = doctor.call("PUT", f"{BASE}/Observation/{there['id']}", json=there, headers=SENT)
    assert again.status_code == 200, again.text
    assert told(house.ben) == [("permitted", "read"), *before]  # it was said before


def test_a_transaction_warns_beside_its_entry_and_tells_each_once(house: House, doctor: Any) -> None:
    before = told(house.ben)
    one = post(glucose(derivedFrom=[{"reference": OF_BEN}, {"reference": "Observation/ben-weight-1"}]))
    answer = doctor.post(f"{BASE}/", json=bundle("transaction", post(glucose()), one), headers=SENT)
    assert answer.status_code == 200, answer.text
    plain, warned = [entry["response"] for entry in answer.json()["entry"]]
    assert "outcome" not in plain
    assert [issue["expression"] for issue in warned["outcome"]["issue"]] == [
        ["Observation.derivedFrom[0].reference"],
        ["Observation.derivedFrom[1].reference"],
    ]
    assert told(house.ben) == [("permitted", "read"), *before]
    gone = {"request": {"method": "DELETE", "url": OF_BEN}}
    with nothing_is_stored(house):
        answer = doctor.post(f"{BASE}/", json=bundle("transaction", one, gone), headers=SENT)
        assert outcome(answer) == REFUSED


def test_what_a_transaction_itself_puts_into_another_record_is_referred_to(house: House, doctor: Any) -> None:
    """A newborn's encounter is part of her mother's, and both come together."""
    there = urn()
    of_ben = post(glucose(subject={"reference": f"Patient/{BEN}"}), there)
    before = told(house.ben)
    one = post(glucose(derivedFrom=[{"reference": there}]))
    answer = doctor.post(f"{BASE}/", json=bundle("transaction", one, of_ben), headers=SENT)
    assert answer.status_code == 200, answer.text
    warned, plain = [entry["response"] for entry in answer.json()["entry"]]
    assert [issue["expression"] for issue in warned["outcome"]["issue"]] == [
        ["Observation.derivedFrom[0].reference"]
    ]
    assert "outcome" not in plain
    assert told(house.ben) == [("permitted", "transaction"), *before]  # she was not read
    made = plain["location"].split("/Observation/")[1].split("/")[0]
    hers = doctor.get(warned["location"]).json()
    assert hers["derivedFrom"] == [{"reference": f"Observation/{made}"}]
    with nothing_is_stored(house):
        part = post(glucose(hasMember=[{"reference": there}]))
        answer = doctor.post(f"{BASE}/", json=bundle("transaction", part, of_ben), headers=SENT)
        assert outcome(answer) == REFUSED


def test_what_a_record_consists_of_has_to_be_hers(house: House, doctor: Any) -> None:
    """A panel would show another patient's values as hers."""
    before = told(house.ben)
    report = {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "a"},
              "subject": {"reference": f"Patient/{ANA}"}, "result": [{"reference": OF_BEN}]}  # fmt: skip
    with nothing_is_stored(house):
        assert outcome(send(doctor, hasMember=[{"reference": OF_BEN}])) == REFUSED
        assert outcome(doctor.post(f"{BASE}/DiagnosticReport", json=report, headers=SENT)) == REFUSED
        focus = {"derivedFrom": [{"reference": OF_BEN}, {"reference": "Observation/none"}]}
        assert outcome(send(doctor, **focus)) == REFUSED
    assert told(house.ben) == [("permitted", "read"), *before]  # what the last refusal told


def told(patient: Any) -> list[tuple[str, str]]:
    """What the history of a patient says of accesses, newest first: how each was decided, and what it was."""
    found = patient.get("/api/v1/accesses/?limit=50").json()["results"]
    return [(one["decision"], one["interaction"]) for one in found]


def test_what_is_written_or_deleted_together_counts(house: House, doctor: Any) -> None:
    member = {"resource": glucose(id="member"), "request": {"method": "PUT", "url": "Observation/member"}}
    panel = post(glucose(hasMember=[{"reference": "Observation/member"}]))
    answer = doctor.post(f"{BASE}/", json=bundle("transaction", panel, member), headers=SENT)
    assert answer.status_code == 200, answer.text
    gone = {"request": {"method": "DELETE", "url": "Observation/member"}}
    with nothing_is_stored(house):
        answer = doctor.post(f"{BASE}/", json=bundle("transaction", panel, gone), headers=SENT)
        assert outcome(answer) == REFUSED
    doctor.call("DELETE", f"{BASE}/Observation/member")
    assert outcome(send(doctor, "Observation/member")) == REFUSED


def test_what_the_record_said_before_it_may_say_again(house: House, doctor: Any) -> None:
    old = glucose(id="old", derivedFrom=[{"reference": "Observation/lost"}])
    report = import_content(tenant=house.tenants["st-mary"], content=json.dumps(old).encode(), source="old")
    assert not report.failed
    path = f"{BASE}/Observation/old"
    again = doctor.call("PUT", path, json={**old, "status": "amended"}, headers=SENT)
    assert again.status_code == 200, again.text
    more = {**old, "derivedFrom": [*old["derivedFrom"], {"reference": "Observation/none"}]}
    with nothing_is_stored(house):
        assert outcome(doctor.call("PUT", path, json=more, headers=SENT)) == REFUSED


def test_whoever_may_not_read_learns_nothing(house: House) -> None:
    """The answer is the same whether or not there is such a record."""
    terms = {"categories": ["lab-results"], "actions": ["read", "write"]}
    house.ana.post("/api/v1/contracts/", json=contract_body(**terms))
    for reference in (f"Condition/{ASTHMA}", "Condition/none"):
        answer = house.doctor.post(
            f"{BASE}/Observation", json=glucose(focus=[{"reference": reference}]), headers=SENT
        )
        assert answer.status_code == 201, answer.text
    for reference in (f"Observation/{WEIGHT}", "Observation/none"):  # of a type of which labs may be read
        assert outcome(send(house.doctor, reference)) == REFUSED
    assert send(house.doctor, f"Observation/{GLUCOSE}").status_code == 201


def test_what_is_too_sensitive_to_be_read_is_not_there(house: House, doctor: Any) -> None:
    for reference in (f"Condition/{HIV}", "Condition/none"):
        body = glucose(focus=[{"reference": reference}])
        assert outcome(doctor.post(f"{BASE}/Observation", json=body, headers=SENT)) == REFUSED
    assert send(doctor, focus=[{"reference": f"Condition/{ASTHMA}"}]).status_code == 201


def test_an_outsider_is_denied_whatever_it_refers_to(house: House) -> None:
    for reference in (f"Observation/{WEIGHT}", "Observation/none"):
        with nothing_is_stored(house):
            assert outcome(send(house.doctor, reference))[0] == 403
    assert ANA
