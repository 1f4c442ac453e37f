"""Reporting back over REST to a patient whose contract asks for it."""

from typing import Any

import pytest

from tests import cast as people
from tests.api.rest import Rest
from tests.cast import PATIENT, Cast
from tests.entries import entries_of_type

PATH = "/api/v1/reports/"


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


def body(cast: Cast, **more: Any) -> dict[str, Any]:
    return {"custodian": cast.hospital.slug, "patient": PATIENT, "outcome": "appointment", **more}


def made(cast: Cast) -> list[str]:
    return [entry.audit["outcome"] for entry in entries_of_type(cast.hospital.id, "report.made")]


def test_a_report_reaches_the_patient_under_the_contract_that_asks_for_it(cast: Cast) -> None:
    contract = cast.grant(cast.family_doctor, "lab-results", report_back=True)
    cast.grant(cast.family_doctor, "allergies")
    answer = Rest(cast.family_doctor, "reports").post(PATH, body(cast))
    assert (answer.status_code, answer.content) == (204, b"")
    (entry,) = entries_of_type(cast.hospital.id, "report.made")
    (told,) = Rest(cast.amara, "reports").get(PATH).json()["results"]
    assert (told["entry"], told["contract"]) == (str(entry.id), str(contract.id))
    assert (told["outcome"], told["custodian"]) == ("appointment", cast.hospital.slug)


def test_the_same_key_reports_once(cast: Cast) -> None:
    cast.grant(cast.family_doctor, "lab-results", report_back=True)
    doctor = Rest(cast.family_doctor, "reports")
    for replayed in (None, "true"):
        answer = doctor.post(PATH, body(cast), key="a-key")
        assert (answer.status_code, answer.headers.get("Idempotent-Replayed")) == (204, replayed)
    assert made(cast) == ["appointment"]
    other = doctor.post(PATH, body(cast, outcome="letter"), key="a-key")
    assert other.json()["code"] == "idempotency-key-reused"


def test_whom_no_contract_asks_reports_nothing_and_learns_nothing(cast: Cast) -> None:
    cast.grant(cast.family_doctor, "lab-results")
    ended = cast.grant(cast.family_doctor, "allergies", report_back=True)
    cast.revoke(ended)
    cast.grant(cast.doctor, "allergies", report_back=True)
    wrong = [
        (cast.family_doctor, {}),
        (cast.outsider, {}),
        (cast.outsider, {"patient": "nobody-here"}),
        (cast.doctor, {"patient": people.OTHER}),
        (cast.doctor, {"custodian": cast.practice.slug}),
    ]
    answers = [Rest(who, "reports").post(PATH, body(cast, **more)) for who, more in wrong]
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(404, "unknown-contract")}
    assert len({each.json()["detail"] for each in answers}) == 1
    assert made(cast) == []


def test_only_clinicians_report_and_only_patients_are_told(cast: Cast) -> None:
    cast.grant(cast.family_doctor, "lab-results", report_back=True)
    for who in (cast.amara, cast.administrator, cast.privacy_officer):
        refused = Rest(who, "reports").post(PATH, body(cast))
        assert (refused.status_code, refused.json()["code"]) == (403, "not-a-clinician")
    doctor = Rest(cast.family_doctor, "reports").get(PATH)
    assert (doctor.status_code, doctor.json()["code"]) == (403, "not-a-patient")
    lacking = Rest(cast.family_doctor, "requests records.read").post(PATH, body(cast))
    assert (lacking.status_code, lacking.json()["code"]) == (403, "insufficient-scope")
    assert made(cast) == []


@pytest.mark.parametrize(
    "more", [{"outcome": "made-up"}, {"outcome": ""}, {"patient": "a b"}, {"words": "Hi"}]
)
def test_a_report_is_one_of_a_few_answers(cast: Cast, more: dict[str, str]) -> None:
    cast.grant(cast.family_doctor, "lab-results", report_back=True)
    assert Rest(cast.family_doctor, "reports").post(PATH, body(cast, **more)).status_code == 400
    assert made(cast) == []


def test_the_list_is_paged_newest_first(cast: Cast) -> None:
    cast.grant(cast.family_doctor, "lab-results", report_back=True)
    doctor, amara = Rest(cast.family_doctor, "reports"), Rest(cast.amara, "*")
    for outcome in ("letter", "appointment", "nothing-new"):
        assert doctor.post(PATH, body(cast, outcome=outcome)).status_code == 204
    first = amara.get(f"{PATH}?limit=2").json()
    rest = amara.get(first["next"]).json()
    found = [each["outcome"] for each in first["results"] + rest["results"]]
    assert found == ["nothing-new", "appointment", "letter"]
    assert rest["next"] is None
