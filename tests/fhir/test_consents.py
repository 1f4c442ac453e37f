"""A patient's contracts as FHIR Consents over HTTP: adopted, shown, and decided by."""

from typing import Any

import pytest

from consent.emergency_rule import Rule
from consent.services import set_emergency_rule
from ledger.scope import tenant_scope
from tests.api.house import ANA, BEN, GLUCOSE, House
from tests.api.test_sharing import grant, read

HL7 = "http://terminology.hl7.org/CodeSystem/"


def concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{HL7}{system}", "code": code}]}


def consent(
    effect: str = "permit", patient: str = ANA, actor: str = "Organization/riverside"
) -> dict[str, Any]:
    role = concept("v3-ParticipationType", "IRCP")
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": concept("consentscope", "patient-privacy"),
        "category": [{"text": "privacy"}],
        "patient": {"reference": f"Patient/{patient}"},
        "provision": {"type": effect, "actor": [{"role": role, "reference": {"reference": actor}}]},
    }


def test_a_consent_from_elsewhere_opens_the_record_and_another_closes_it(house: House) -> None:
    assert read(house.doctor, f"Observation/{GLUCOSE}").status_code == 403
    made = house.ana.post("/fhir/st-mary/Consent", json=consent())
    assert made.status_code == 201, made.text
    assert read(house.doctor, f"Observation/{GLUCOSE}").status_code == 200
    again = house.ana.get(made.headers["Location"])
    assert again.json() == made.json()
    assert house.ana.post("/fhir/st-mary/Consent", json=consent("deny")).status_code == 201
    assert read(house.doctor, f"Observation/{GLUCOSE}").status_code == 403


def test_a_contract_is_shown_as_a_consent_and_one_that_cannot_be_is_named(house: House) -> None:
    plain, counted = grant(house.ana), grant(house.ana, uses=3)
    entries = house.ana.get(f"/fhir/st-mary/Consent?patient={ANA}").json()["entry"]
    assert [entry["search"]["mode"] for entry in entries] == ["outcome", "match"]
    assert counted["id"] in entries[0]["resource"]["issue"][0]["diagnostics"]
    found = entries[1]["resource"]
    assert (found["id"], found["status"]) == (plain["id"], "active")
    copied = house.ana.post("/fhir/st-mary/Consent", json={key: found[key] for key in found if key != "id"})
    assert copied.status_code == 201, copied.text
    house.ana.post(f"/api/v1/contracts/{plain['id']}/revoke/")
    assert read(house.doctor, f"Observation/{GLUCOSE}").status_code == 200


def test_what_would_not_be_enforced_is_refused_and_strangers_see_nothing(house: House) -> None:
    for body in (consent(patient=BEN), consent(actor="Practitioner/nobody"), consent() | {"status": "draft"}):
        assert house.ana.post("/fhir/st-mary/Consent", json=body).status_code == 422
    made = house.ana.post("/fhir/st-mary/Consent", json=consent()).json()
    assert house.ben.get(f"/fhir/st-mary/Consent/{made['id']}").status_code == 404
    assert house.doctor.get("/fhir/st-mary/Consent").status_code == 404
    assert house.ana.get(f"/fhir/st-mary/Consent?patient={BEN}").status_code == 404
    without = house.caller("ana@example.org", "*")
    assert without.post("/fhir/st-mary/Consent", json=consent()).status_code == 403


@pytest.mark.parametrize("headers", [{"Purpose-Of-Use": "NONSENSE"}, {"X-Tenant": "riverside"}])
def test_a_call_that_is_refused_signs_nothing(house: House, headers: dict[str, str]) -> None:
    answer = house.ana.post("/fhir/st-mary/Consent", json=consent(), headers=headers)
    assert answer.status_code in {403, 422}, answer.text
    assert house.ana.get("/api/v1/contracts/").json()["results"] == []
    assert read(house.doctor, f"Observation/{GLUCOSE}").status_code == 403


def refusal() -> dict[str, Any]:
    purpose = {"system": f"{HL7}v3-ActReason", "code": "BTG"}
    return consent() | {
        "provision": {"type": "permit", "provision": [{"type": "deny", "purpose": [purpose]}]}
    }


def may_refuse(house: House, refusals: bool) -> None:
    with tenant_scope(house.tenants["st-mary"]):
        set_emergency_rule(rule=Rule(refusals=refusals), actor=house.people["ana"], give_way=2)


def test_a_refusal_of_emergencies_that_gives_way_is_taken_and_says_so(house: House) -> None:
    made = house.ana.post("/fhir/st-mary/Consent", json=refusal())
    assert made.status_code == 201, made.text
    assert "gives way to an emergency" in made.headers["Emergency-Notice"]
    assert (
        house.ana.get(made.headers["Location"]).headers["Emergency-Notice"]
        == made.headers["Emergency-Notice"]
    )
    (_, beside) = house.ana.get("/fhir/st-mary/Consent").json()["entry"]
    assert (beside["search"]["mode"], beside["resource"]["issue"][0]["severity"]) == ("outcome", "warning")
    assert made.json()["id"] in beside["resource"]["issue"][0]["diagnostics"]
    preferred = {"Prefer": "return=OperationOutcome"}
    told = house.ana.post("/fhir/st-mary/Consent", json=refusal(), headers=preferred).json()
    assert [issue["severity"] for issue in told["issue"]] == ["information", "warning"]


def test_a_refusal_that_binds_and_one_that_names_no_emergency_warn_of_nothing(house: House) -> None:
    assert "Emergency-Notice" not in house.ana.post("/fhir/st-mary/Consent", json=consent("deny")).headers
    may_refuse(house, True)
    made = house.ana.post("/fhir/st-mary/Consent", json=refusal())
    assert made.status_code == 201 and "Emergency-Notice" not in made.headers
    assert [one["search"]["mode"] for one in house.ana.get("/fhir/st-mary/Consent").json()["entry"]] == [
        "match"
    ] * 2
    may_refuse(house, False)
    assert "Emergency-Notice" in house.ana.get(made.headers["Location"]).headers


def test_rest_says_of_each_contract_whether_its_refusal_binds_an_emergency(house: House) -> None:
    refuses = grant(house.ana, purposes=["BTG"])  # a permit names it too, and refuses nothing
    assert refuses["in_emergencies"] is None
    house.ana.post("/fhir/st-mary/Consent", json=refusal())

    def said() -> list[str | None]:
        return [one["in_emergencies"] for one in house.ana.get("/api/v1/contracts/").json()["results"]]

    assert said() == ["gives-way", None]
    may_refuse(house, True)
    assert said() == ["refuses", None]
