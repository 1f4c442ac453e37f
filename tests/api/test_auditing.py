"""What an auditor may read of an entry, and who may hand on what an entry says."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from consent import services as consent
from ledger.scope import tenant_scope
from portal.accounts import selectors
from portal.node.postgres import BASE_DIR
from tests.api.house import ANA, GLUCOSE, HIV, Caller, House, contract_body

REASON = "Found unconscious, with a needle in the arm."
NOTE = "It was an overdose, so it was right."
Json = dict[str, Any]


def read(caller: Caller, path: str) -> Any:
    return caller.get(f"/fhir/st-mary/{path}")


def story(house: House) -> None:
    """A contract over sensitive records, accesses of a doctor and of the patient, an emergency that is reviewed."""
    house.ana.post("/api/v1/contracts/", json=contract_body(categories=["conditions"], sensitivity=["HIV"]))
    assert read(house.doctor, f"Condition/{HIV}").status_code == 200
    assert read(house.ana, f"Observation/{GLUCOSE}").status_code == 200
    body = {"custodian": "st-mary", "patient": ANA, "reason_code": "unconscious", "reason": REASON}
    session = house.doctor.post("/api/v1/emergency-access/", json=body).json()["id"]
    house.doctor.post(f"/api/v1/emergency-access/{session}/end/")
    reviewer = selectors.user_by_email("auditor@st-mary.example").id
    with tenant_scope(house.tenants["st-mary"]):
        consent.review_emergency(session=session, reviewer=reviewer, outcome="justified", note=NOTE)


def entries(house: House) -> list[Json]:
    """Every entry that an auditor finds, once all of the story is sequenced; newest first."""
    for _ in range(50):
        found: list[Json] = house.auditor.get("/api/v1/ledger/st-mary/entries/?limit=100").json()["results"]
        if any(item["type"] == "review.closed" for item in found):
            return found
        time.sleep(0.1)
    raise AssertionError("the review was not sequenced")


def receipt(caller: Caller, entry: str) -> Any:
    return caller.get(f"/api/v1/ledger/st-mary/entries/{entry}/receipt/?reveal=true")


def test_an_auditor_reads_no_words_about_a_patient(house: House) -> None:
    story(house)
    found = entries(house)
    said = json.dumps(found)
    for closed in (REASON, NOTE, '"sentence"', "HIV", HIV, GLUCOSE, '"Ana"'):
        assert closed not in said
    by_type = {item["type"]: item["audit"] for item in found}
    assert by_type["access.emergency"]["reason_code"] == "unconscious"
    assert by_type["review.closed"]["outcome"] == "justified"
    assert by_type["contract.signed"]["code_hash"]
    permitted = [item["audit"] for item in found if item["type"] == "access.permitted"]
    assert [(one["role"], "who" in one) for one in permitted] == [("patient", False), ("clinician", True)]
    assert [set(resource) for one in permitted for resource in one["resources"]] == [
        {"category", "version", "hash"}
    ] * 2


def test_the_patient_still_reads_the_reason(house: House) -> None:
    story(house)
    sentences = [line["basis"]["sentence"] for line in house.ana.get("/api/v1/accesses/").json()["results"]]
    assert any(REASON in sentence for sentence in sentences)


def test_what_an_entry_says_is_handed_on_by_whom_it_is_about(house: House, tmp_path: Path) -> None:
    story(house)
    opening = next(item["id"] for item in entries(house) if item["type"] == "access.emergency")
    answer = receipt(house.caller("ana@example.org", "ledger.read accesses.read"), opening)
    assert answer.status_code == 200, answer.text
    (tmp_path / "receipt.tlog-proof").write_text(answer.text)
    command = [sys.executable, "-m", "ledger.verify", str(tmp_path / "receipt.tlog-proof"), "--reveal"]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=False, timeout=30)
    assert REASON in done.stdout
    weak = receipt(house.caller("ana@example.org", "ledger.read"), opening)
    assert (weak.status_code, weak.json()["code"]) == (403, "insufficient-scope")


def test_nobody_else_hands_on_more_than_an_auditor_may_read(house: House) -> None:
    story(house)
    found = entries(house)
    of_type = {item["type"]: item["id"] for item in found}
    for kind in ("access.emergency", "review.closed", "contract.signed", "access.permitted"):
        for caller in (house.auditor, house.doctor):
            answer = receipt(caller, of_type[kind])
            assert answer.json()["code"] in ("may-not-reveal", "unknown-entry"), (kind, answer.text)
    assert receipt(house.auditor, of_type["emergency.ended"]).status_code == 200
    weak = receipt(house.caller("auditor@st-mary.example", "ledger.read"), of_type["emergency.ended"])
    assert (weak.status_code, weak.json()["code"]) == (403, "insufficient-scope")
    acted = receipt(house.doctor, of_type["emergency.ended"])
    assert (acted.status_code, acted.json()["code"]) == (403, "may-not-reveal")
