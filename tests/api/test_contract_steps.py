"""What becomes of a contract, over HTTP: it rests, holds again, is amended, waits for a second signature."""

from tests.api.house import GLUCOSE, WEIGHT, House
from tests.api.test_sharing import grant, read

NOBODY = "nobody@example.org"


def test_a_contract_rests_and_holds_again(house: House) -> None:
    made = grant(house.ana)
    rests = house.ana.post(f"/api/v1/contracts/{made['id']}/suspend/")
    assert (rests.status_code, rests.json()["state"]) == (200, "suspended")
    assert read(house.doctor, f"Observation/{GLUCOSE}").status_code == 403
    again = house.ana.post(f"/api/v1/contracts/{made['id']}/suspend/")
    assert (again.status_code, again.json()["code"]) == (409, "contract-not-waiting")
    holds = house.ana.post(f"/api/v1/contracts/{made['id']}/resume/")
    assert (holds.status_code, holds.json()["state"]) == (200, "active")
    assert read(house.doctor, f"Observation/{GLUCOSE}").status_code == 200


def test_somebody_elses_contract_neither_rests_nor_holds_again(house: House) -> None:
    made = grant(house.ana)
    for step in ("suspend", "resume", "revoke"):
        assert house.ben.post(f"/api/v1/contracts/{made['id']}/{step}/").status_code == 404, step
    weak = house.caller("ana@example.org", "*")
    assert weak.post(f"/api/v1/contracts/{made['id']}/resume/").json()["code"] == "insufficient-scope"


def test_a_second_signature_puts_it_in_force(house: House) -> None:
    made = grant(house.ana, cosigner=NOBODY)
    assert made["state"] == "signed"
    assert read(house.doctor, f"Observation/{GLUCOSE}").status_code == 403
    where, body = f"/api/v1/contracts/{made['id']}/cosign/", {"custodian": "st-mary"}
    assert house.ben.post(where, json=body).status_code == 404
    signed = house.caller(NOBODY).post(where, json=body)
    assert (signed.status_code, signed.json()["state"]) == (200, "active")
    assert read(house.doctor, f"Observation/{GLUCOSE}").status_code == 200
    assert house.caller(NOBODY).post(where, json=body).json()["code"] == "contract-not-waiting"


def test_what_waits_for_a_second_signature_is_listed_and_may_be_declined(house: House) -> None:
    made, second = grant(house.ana, cosigner=NOBODY), house.caller(NOBODY)
    assert [one["id"] for one in second.get("/api/v1/cosignatures/").json()] == [made["id"]]
    assert house.ben.get("/api/v1/cosignatures/").json() == []
    where = f"/api/v1/contracts/{made['id']}/cosign/decline/"
    assert house.ben.post(where).status_code == 404
    declined = second.post(where)
    assert (declined.status_code, declined.json()["state"]) == (200, "revoked")
    assert second.post(where).json()["code"] == "contract-ended"
    assert second.get("/api/v1/cosignatures/").json() == []
    assert read(house.doctor, f"Observation/{GLUCOSE}").status_code == 403


def test_a_passkey_is_challenged_for_the_second_signature(house: House) -> None:
    made = grant(house.ana, cosigner=NOBODY)
    where = f"/api/v1/contracts/{made['id']}/challenge/"
    asked = house.caller(NOBODY).post(where)
    assert (asked.status_code, asked.json()["signed"]["code_hash"]) == (200, made["code_hash"])
    assert house.ana.post(where).json()["code"] == "contract-ended"
    assert house.ben.post(where).status_code == 404


def test_a_proposal_can_amend_and_leaves_the_former_in_force_until_it_is_signed(house: House) -> None:
    former = grant(house.ana)
    made = grant(house.ana, categories=["vital-signs"], supersedes=former["id"], sign="passkey")
    assert (made["state"], made["supersedes"]) == ("proposed", former["id"])
    assert read(house.doctor, f"Observation/{GLUCOSE}").status_code == 200
    assert read(house.doctor, f"Observation/{WEIGHT}").status_code == 403


def test_what_is_over_is_not_amended(house: House) -> None:
    former = grant(house.ana)
    house.ana.post(f"/api/v1/contracts/{former['id']}/revoke/")
    body = {
        "custodian": "st-mary",
        "grantee": {"practitioner": "doctor@riverside.example"},
        "categories": ["vital-signs"],
        "purposes": ["TREAT"],
        "ends": "2099-01-01T00:00:00Z",
        "supersedes": former["id"],
    }
    assert house.ana.post("/api/v1/contracts/", json=body).json()["code"] == "contract-ended"


def test_a_batch_carries_the_notice_against_redisclosure(house: House) -> None:
    grant(house.ana, redisclosure=True)
    get = {"request": {"method": "GET", "url": f"Observation/{GLUCOSE}"}}
    asked = {"resourceType": "Bundle", "type": "batch", "entry": [get, get]}
    answer = house.doctor.post(
        "/fhir/st-mary/", json=asked, headers={"Content-Type": "application/fhir+json"}
    )
    assert [one["response"]["status"] for one in answer.json()["entry"]] == ["200", "200"], answer.text
    assert "42 CFR part 2" in answer.headers["Redisclosure-Notice"]
