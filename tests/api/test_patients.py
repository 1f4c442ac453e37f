"""Finding a patient and the worklist over REST: for clinicians, told to the patient, nothing in an address."""

from typing import Any

import pytest

from consent import services as consent
from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.accounts.identity import Caller
from portal.records.services import ACCESS_TYPES
from tests import cast as people
from tests.administration.test_reviews import broken_glass
from tests.api.officers import call
from tests.cast import BORN, MRN, PATIENT, Cast, record_of, store

NAMED = {"family": "Lindgren", "given": "Amara", "birth_date": BORN}


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


def look(
    cast: Cast, caller: Caller, asked: dict[str, Any], scopes: str = "records.read", **headers: str
) -> Any:
    body = {"custodian": cast.hospital.slug, **asked}
    return call("POST", "/api/v1/patients/find/", caller, scopes, body, **headers)


def worklist(caller: Caller, query: str = "", scopes: str = "*") -> Any:
    return call("GET", f"/api/v1/worklist/{query}", caller, scopes)


def told(cast: Cast) -> list[Any]:
    """What the patient reads about who looked at her record at the hospital, newest first."""
    with tenant_scope(cast.hospital.id):
        return list(ledger.subject_entries(subject=cast.person, types=ACCESS_TYPES))


@pytest.mark.parametrize(
    ("who", "asked"), [("family_doctor", NAMED), ("doctor", {"mrn": MRN}), ("doctor", NAMED)]
)
def test_whoever_is_found_is_told(cast: Cast, who: str, asked: dict[str, str]) -> None:
    answer = look(cast, getattr(cast, who), asked)
    assert answer.status_code == 200, answer.content
    (found,) = answer.json()["results"]
    (entry,) = told(cast)
    assert found == {
        "patient": PATIENT,
        "mrn": MRN,
        "name": "Amara Lindgren",
        "birth_date": BORN,
        "gender": "female",
        "shared_until": None,
        "entry": str(entry.id),
    }
    assert (entry.audit["interaction"], entry.audit["role"]) == ("find", "clinician")
    assert entry.audit["client"].startswith("token:assent_")


def test_until_when_somebody_shares_is_said(cast: Cast) -> None:
    contract = cast.grant(cast.doctor, "lab-results")
    (found,) = look(cast, cast.doctor, {"mrn": MRN}).json()["results"]
    assert found["shared_until"] == contract.ends.isoformat().replace("+00:00", "Z")
    (elsewhere,) = look(cast, cast.family_doctor, NAMED).json()["results"]
    assert elsewhere["shared_until"] is None


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({}, 400, "question-incomplete"),
        ({"family": "Lindgren"}, 400, "question-incomplete"),
        ({"family": "Lindgren", "given": "Amara"}, 400, "question-incomplete"),
        ({"mrn": MRN}, 400, "question-incomplete"),  # of another organisation
        ({**NAMED, "birth_date": "4 March"}, 400, "invalid-body"),
        ({**NAMED, "family": ""}, 400, "invalid-body"),
        ({**NAMED, "family": 7}, 400, "invalid-body"),
        ({**NAMED, "given": "A\u0000"}, 400, "json-malformed"),
        ({**NAMED, "phone": "1"}, 400, "invalid-body"),
        ({**NAMED, "custodian": "nowhere"}, 404, "unknown-tenant"),
    ],
)
def test_half_a_question_is_not_asked(cast: Cast, asked: Any, status: int, code: str) -> None:
    answer = look(cast, cast.family_doctor, asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "Amara" not in answer.content.decode()
    assert told(cast) == []


def test_who_is_not_there_is_not_found_and_many_are_not_shown(cast: Cast) -> None:
    assert look(cast, cast.doctor, {"mrn": "SM-404"}).json() == {"results": []}
    for number in range(5):
        store(cast.hospital, *record_of(f"twin-{number}", "Amara", "Lindgren", mrn=f"T-{number}")[:1])
    answer = look(cast, cast.family_doctor, NAMED)
    assert (answer.status_code, answer.json()["code"]) == (422, "too-many-found")
    assert told(cast) == []


def test_sent_twice_it_is_two_looks(cast: Cast) -> None:
    for _ in range(2):
        answer = look(cast, cast.doctor, {"mrn": MRN}, **{"Idempotency-Key": "the-same"})
        assert len(answer.json()["results"]) == 1
    assert len(told(cast)) == 2


def test_only_a_clinician_with_the_scope_looks(cast: Cast) -> None:
    for who in ("administrator", "privacy_officer", "auditor", "amara", "guardian"):
        for answer in (look(cast, getattr(cast, who), NAMED), worklist(getattr(cast, who))):
            assert (answer.status_code, answer.json()["code"]) == (403, "not-a-clinician")
    for answer in (look(cast, cast.doctor, NAMED, "requests"), worklist(cast.doctor, "", "requests")):
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient-scope")
    elsewhere = look(cast, cast.doctor, NAMED, **{"X-Tenant": cast.practice.slug})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "not-a-member")
    assert told(cast) == []


def test_a_name_in_an_address_finds_nobody(cast: Cast) -> None:
    asked = f"/api/v1/patients/find/?custodian={cast.hospital.slug}&mrn={MRN}"
    assert call("GET", asked, cast.doctor, "records.read").status_code == 405
    assert call("POST", asked, cast.doctor, "records.read", {}).status_code == 400
    assert told(cast) == []


def test_the_worklist_is_all_that_a_clinician_has_to_do_with(cast: Cast) -> None:
    assert worklist(cast.doctor).json()["results"] == []
    cast.grant(cast.doctor, "lab-results")
    newest = cast.grant(cast.doctor, "allergies", "conditions")
    session = broken_glass(cast, cast.doctor, over=False)
    before = len(told(cast))
    emergency, sharing = worklist(cast.doctor).json()["results"]
    assert (emergency["kind"], emergency["id"]) == ("emergency", str(session))
    assert (sharing["kind"], sharing["id"], sharing["state"]) == ("sharing", str(newest.id), "in-force")
    assert sharing["categories"] == ["allergies", "conditions", "lab-results"]
    assert {item["name"] for item in (emergency, sharing)} == {"Amara Lindgren"}
    assert {item["patient"] for item in (emergency, sharing)} == {PATIENT}
    assert len(told(cast)) == before  # names alone are shown
    assert worklist(cast.outsider).json()["results"] == []


def test_whom_a_clinician_only_asked_has_no_name_once_it_is_answered(cast: Cast) -> None:
    ask = {
        "custodian": cast.hospital.slug, "patient": PATIENT, "categories": ["lab-results"], "purposes": ["TREAT"],
        "ends": "2099-01-01T00:00:00Z",
    }  # fmt: skip
    made = call("POST", "/api/v1/requests/", cast.family_doctor, "requests", ask).json()
    (waiting,) = worklist(cast.family_doctor).json()["results"]
    assert (waiting["kind"], waiting["state"], waiting["name"]) == ("request", "open", "Amara Lindgren")
    with tenant_scope(cast.hospital.id):
        consent.decline_request(request=made["id"], actor=cast.amara.user, person=cast.person)
    (declined,) = worklist(cast.family_doctor).json()["results"]
    assert (declined["state"], declined["name"], declined["patient"]) == ("declined", "", PATIENT)


def test_the_worklist_comes_in_pages_and_what_ended_is_gone(cast: Cast) -> None:
    contract = cast.grant(cast.family_doctor, "lab-results")
    cast.grant(cast.family_doctor, "lab-results", custodian=cast.practice)
    first = worklist(cast.family_doctor, "?limit=1").json()
    rest = worklist(cast.family_doctor, first["next"].partition("/worklist/")[2]).json()
    assert [item["custodian"] for item in first["results"] + rest["results"]] == [
        cast.practice.slug,
        cast.hospital.slug,
    ]
    assert rest["next"] is None
    cast.revoke(contract)
    assert [item["custodian"] for item in worklist(cast.family_doctor).json()["results"]] == [
        cast.practice.slug
    ]
