"""When the ledger cannot take an entry, nothing is shown and nothing is done."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.api.house import ANA, GLUCOSE, House, contract_body
from tests.serving import Node


@pytest.fixture
def refusing_ledger(house: House, administrator: "psycopg.Connection[tuple[Any, ...]]") -> Iterator[None]:
    """A ledger that takes nothing from the application's role."""
    house.ana.post("/api/v1/contracts/", json=contract_body())
    assert house.doctor.get(f"/fhir/st-mary/Observation/{GLUCOSE}").status_code == 200
    administrator.execute("REVOKE INSERT ON ledger_submission FROM assent_app")
    try:
        yield
    finally:
        administrator.execute("GRANT INSERT ON ledger_submission TO assent_app")


@pytest.mark.usefixtures("refusing_ledger")
def test_a_record_is_not_shown_if_the_ledger_does_not_take_the_access(house: House) -> None:
    for path in (f"Observation/{GLUCOSE}", f"Observation?patient={ANA}", f"Patient/{ANA}"):
        for caller in (house.doctor, house.ana):
            answer = caller.get(f"/fhir/st-mary/{path}")
            assert answer.status_code == 503
            assert answer.json()["resourceType"] == "OperationOutcome"
            assert answer.json()["issue"][0]["code"] == "transient"
            assert "1.5" not in answer.text
            assert "Ledger-Entry" not in answer.headers
            assert answer.headers["Retry-After"]


@pytest.mark.usefixtures("refusing_ledger")
def test_nothing_is_granted_revoked_or_opened_if_the_ledger_does_not_take_it(house: House) -> None:
    ana = house.ana
    (contract,) = ana.get("/api/v1/contracts/").json()["results"]
    refusals = (
        ana.post("/api/v1/contracts/", json=contract_body(categories=["conditions"])),
        ana.post(f"/api/v1/contracts/{contract['id']}/revoke/"),
        house.doctor.post(
            "/api/v1/emergency-access/",
            json={
                "custodian": "st-mary",
                "patient": ANA,
                "reason_code": "other",
                "reason": "a reason that is long",
            },
        ),
    )
    for answer in refusals:
        assert (answer.status_code, answer.json()["code"]) == (503, "ledger-unavailable")
        assert answer.headers["Retry-After"]
    assert ana.get("/api/v1/contracts/").json()["results"] == [contract]


def test_a_receipt_that_is_not_due_yet_says_when_to_ask_again(house: House, node: Node) -> None:
    node.kill("sequencer")
    try:
        entry = house.doctor.get(f"/fhir/st-mary/Observation/{GLUCOSE}").headers["Ledger-Entry"]
        receipt = house.ana.get(f"/api/v1/ledger/st-mary/entries/{entry}/receipt/")
        assert (receipt.status_code, receipt.json()["code"]) == (409, "not-yet-sequenced")
        assert receipt.headers["Retry-After"] == "1"
        newest = house.ana.get("/api/v1/accesses/").json()["results"][0]
        assert (newest["entry"], newest["state"], newest["index"]) == (entry, "pending", None)
    finally:
        node.start_sequencer()
    assert house.ana.get(f"/api/v1/ledger/st-mary/entries/{entry}/receipt/").status_code in (200, 409)
