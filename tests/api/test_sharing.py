"""The main job through REST alone: denied, granted, permitted, revoked, denied; each of it in the ledger."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from portal.node.postgres import BASE_DIR
from tests.api.house import ANA, ASTHMA, BEN, GLUCOSE, HIV, WEIGHT, Caller, House, contract_body


def read(caller: Caller, path: str) -> Any:
    return caller.get(f"/fhir/st-mary/{path}")


def grant(caller: Caller, **changes: Any) -> dict[str, Any]:
    answer = caller.post("/api/v1/contracts/", json=contract_body(**changes))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_contract_opens_its_category_until_it_is_revoked_and_all_of_it_is_told(house: House) -> None:
    ana, doctor = house.ana, house.doctor
    denied = read(doctor, f"Observation/{GLUCOSE}")
    assert denied.status_code == 403

    contract = grant(ana)
    assert contract["state"] == "active"
    assert "lab results" in contract["sentence"]
    assert contract["code"].startswith("@id(")

    permitted = read(doctor, f"Observation/{GLUCOSE}")
    assert permitted.status_code == 200
    assert '"value": 1.5' in permitted.text  # the bytes that were stored
    others = [
        read(doctor, path) for path in (f"Observation/{WEIGHT}", f"Condition/{ASTHMA}", f"Patient/{ANA}")
    ]
    assert [answer.status_code for answer in others] == [403, 403, 403]

    revoked = ana.post(f"/api/v1/contracts/{contract['id']}/revoke/")
    assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked")
    again = read(doctor, f"Observation/{GLUCOSE}")
    assert again.status_code == 403

    answers = [denied, permitted, *others, again]
    history = ana.get("/api/v1/accesses/").json()["results"]
    assert [line["entry"] for line in reversed(history)] == [
        answer.headers["Ledger-Entry"] for answer in answers
    ]
    assert [line["decision"] for line in reversed(history)] == [
        "permitted" if answer.status_code == 200 else "denied" for answer in answers
    ]
    line = history[-2]
    assert line["actor"] == "doctor of riverside"
    assert (line["organisation"], line["custodian"], line["purpose"]) == ("riverside", "st-mary", "TREAT")
    assert [item["reference"] for item in line["resources"]] == [f"Observation/{GLUCOSE}"]
    assert line["basis"]["contract"] == contract["id"]
    last = again.headers["Ledger-Entry"]
    assert ana.get(f"/api/v1/ledger/st-mary/entries/{last}/receipt/").status_code == 200
    call_command("verify_ledger", tenant="st-mary")  # exits with 1 where the chain does not hold


def test_a_search_shows_only_the_categories_shared(house: House) -> None:
    doctor = house.doctor
    assert read(doctor, f"Observation?patient={ANA}").status_code == 403
    grant(house.ana)
    found = read(doctor, f"Observation?patient={ANA}")
    assert found.status_code == 200
    assert [entry["resource"]["id"] for entry in found.json()["entry"]] == [GLUCOSE]
    assert read(doctor, f"Observation?patient={ANA}&category=vital-signs").status_code == 403
    assert read(doctor, f"Observation?patient={ANA}&category=laboratory").status_code == 200
    assert read(doctor, f"Condition?patient={ANA}").status_code == 403


def test_a_contract_with_an_organisation_reaches_its_clinicians_and_nobody_else(house: House) -> None:
    grant(house.ana, grantee={"organisation": "riverside"}, categories=["conditions"])
    assert read(house.doctor, f"Condition/{ASTHMA}").status_code == 200
    assert read(house.own_doctor, f"Condition/{ASTHMA}").status_code == 403
    assert read(house.ben, f"Condition/{ASTHMA}").status_code == 404


def test_sensitive_records_are_shared_by_name_only(house: House) -> None:
    doctor = house.doctor
    grant(house.ana, categories=["conditions"])
    assert read(doctor, f"Condition/{HIV}").status_code == 403
    grant(house.ana, categories=["conditions"], sensitivity=["HIV"])
    assert read(doctor, f"Condition/{HIV}").status_code == 200


def test_patients_read_their_own_record_and_not_anothers(house: House) -> None:
    assert read(house.ana, f"Observation/{GLUCOSE}").status_code == 200
    own = read(house.ana, "Condition").json()
    assert {entry["resource"]["id"] for entry in own["entry"]} == {ASTHMA, HIV}
    assert read(house.ben, f"Observation/{GLUCOSE}").status_code == 404
    assert read(house.ben, f"Condition?patient={ANA}").status_code == 404
    told = house.ana.get("/api/v1/accesses/?limit=2").json()["results"]
    assert [one["decision"] for one in told] == ["denied", "denied"]


def test_contracts_are_listed_for_those_who_are_parties_to_them(house: House) -> None:
    ana, doctor, ben = house.ana, house.doctor, house.ben
    one, two = grant(ana), grant(ana, grantee={"organisation": "riverside"})
    granted = ana.get("/api/v1/contracts/").json()
    assert [item["id"] for item in granted["results"]] == [two["id"], one["id"]]
    received = doctor.get("/api/v1/contracts/").json()["results"]
    assert {item["id"] for item in received} == {one["id"], two["id"]}
    assert received[0]["patient"] == ANA
    assert ben.get("/api/v1/contracts/").json()["results"] == []
    assert doctor.get(f"/api/v1/contracts/{one['id']}/").json()["code_hash"] == one["code_hash"]
    assert ben.get(f"/api/v1/contracts/{one['id']}/").json()["code"] == "unknown-contract"
    assert ben.post(f"/api/v1/contracts/{one['id']}/revoke/").status_code == 404
    assert ana.get(f"/api/v1/contracts/{one['id']}/").json() == one


def test_who_is_patient_and_clinician_lists_both_sides(house: House) -> None:
    from portal.accounts import selectors, services

    for slug in ("riverside", "st-mary"):
        services.add_member(
            tenant=house.tenants[slug], user=selectors.user_by_email("ana@example.org"), role="clinician"
        )
    made = grant(house.ben, grantee={"practitioner": "ana@example.org"})
    ana = house.ana
    assert ana.get("/api/v1/contracts/").json()["results"] == []
    unclear = ana.get("/api/v1/contracts/?side=received")
    assert (unclear.status_code, unclear.json()["code"]) == (400, "acting-for-unclear")
    received = ana.get("/api/v1/contracts/?side=received", headers={"X-Tenant": "riverside"}).json()
    assert [item["id"] for item in received["results"]] == [made["id"]]


def test_a_receipt_is_for_the_subject_the_actor_and_the_auditor_and_verifies_alone(
    house: House, tmp_path: Path
) -> None:
    answer = read(house.doctor, f"Observation/{GLUCOSE}")
    address = f"/api/v1/ledger/st-mary/entries/{answer.headers['Ledger-Entry']}/receipt/"
    state = house.ana.get("/api/v1/ledger/st-mary/").json()
    for caller in (house.ana, house.doctor, house.auditor):
        receipt = caller.get(address)
        assert receipt.status_code == 200, receipt.text
        assert receipt.headers["Content-Type"].startswith("text/plain")
        (tmp_path / "receipt.tlog-proof").write_text(receipt.text)
        done = subprocess.run(
            [sys.executable, "-m", "ledger.verify", str(tmp_path / "receipt.tlog-proof"), "--vkey", state["vkey"]],
            cwd=BASE_DIR, capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    for outsider in (house.ben, house.own_doctor, house.caller("auditor@riverside.example")):
        assert outsider.get(address).json()["code"] == "unknown-entry"


def settled(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer, once nothing waits and it has stopped changing."""
    before, end = ask(), time.monotonic() + 30
    while time.monotonic() < end:
        time.sleep(1.2)  # longer than a checkpoint takes
        if (now := ask()) == before and now["backlog"] == 0:
            return now
        before = now
    raise AssertionError("the log does not come to rest")


def test_the_state_of_a_log_is_that_of_its_checkpoint(house: House) -> None:
    ana = house.ana  # making a token is an entry, too
    read(house.doctor, f"Observation/{GLUCOSE}")
    state = settled(lambda: ana.get("/api/v1/ledger/st-mary/").json())
    origin, size, root = house.http.get("/log/st-mary/checkpoint").text.split("\n")[:3]
    assert (state["origin"], state["size"], state["root"]) == (origin, int(size), root)
    assert state["size"] > 0
    assert state["backlog"] == 0


def test_an_auditor_searches_the_ledger_of_his_organisation_alone(house: House) -> None:
    auditor = house.auditor
    entries = [read(house.doctor, f"Observation/{GLUCOSE}").headers["Ledger-Entry"] for _ in range(3)]
    house.auditor.get(f"/api/v1/ledger/st-mary/entries/{entries[-1]}/receipt/")
    found = auditor.get(f"/api/v1/ledger/st-mary/entries/?type=access.denied&patient={ANA}").json()["results"]
    assert [item["id"] for item in found] == entries[::-1]
    assert found[0]["audit"]["purpose"] == "TREAT"
    assert "labels" not in str(found)
    assert (
        auditor.get(f"/api/v1/ledger/st-mary/entries/?patient={BEN}&type=access.denied").json()["results"]
        == []
    )
    for query, code in (
        ("patient=nobody", "unknown-person"),
        ("type=Access", "malformed"),
        ("since=x", "bad-parameter"),
    ):
        assert auditor.get(f"/api/v1/ledger/st-mary/entries/?{query}").json()["code"] == code
    for path, caller in (("st-mary", house.doctor), ("st-mary", house.ana), ("riverside", auditor)):
        refused = caller.get(f"/api/v1/ledger/{path}/entries/")
        assert (refused.status_code, refused.json()["code"]) == (403, "not-an-auditor")


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_lists_are_walked_forth_and_back_without_loss(house: House, limit: int) -> None:
    doctor, ana = house.doctor, house.ana
    entries = [read(doctor, f"Observation/{GLUCOSE}").headers["Ledger-Entry"] for _ in range(4)]
    entries += [
        doctor.get("/fhir/riverside/Observation/river-glucose-1").headers["Ledger-Entry"] for _ in range(3)
    ]
    address, pages = f"/api/v1/accesses/?limit={limit}", []
    while address:
        page = ana.get(address).json()
        pages.append(page)
        address = page["next"]
    assert [line["entry"] for page in pages for line in page["results"]] == entries[::-1]
    address, back = pages[-1]["previous"], [pages[-1]]
    while address:
        back.append(ana.get(address).json())
        address = back[-1]["previous"]
    assert [[line["entry"] for line in page["results"]] for page in back[::-1]] == [
        [line["entry"] for line in page["results"]] for page in pages
    ]


def test_me_says_who_the_account_is(house: House) -> None:
    me = house.ana.get("/api/v1/me/").json()
    assert me["person"]["id"] == str(house.people[ANA])
    assert me["person"]["registrations"] == [
        {"tenant": slug, "mrn": "MRN-ana", "patient": ANA} for slug in ("riverside", "st-mary")
    ]
    assert me["memberships"] == []
    doctor = house.doctor.get("/api/v1/me/").json()
    assert doctor["person"] is None
    assert doctor["memberships"] == [{"tenant": "riverside", "role": "clinician"}]


def test_a_contract_may_say_all_that_its_terms_can(house: House) -> None:
    usual = {"custodian": "st-mary", "grantee": {"organisation": "riverside", "role": "clinician"}}
    made = grant(
        house.ana,
        **usual,
        types=["Observation"],
        records=[{"meaning": "instance", "reference": f"Observation/{GLUCOSE}"}],
        data_starts="2024-01-01T00:00:00Z",
        excluded=["HIV"],
        uses=1,
        suspend_above=5,
        redisclosure=True,
    )
    assert (made["terms"]["uses"], made["grantee"]["role"]) == (1, "clinician")
    answers = [read(house.doctor, f"Observation/{GLUCOSE}") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 403]
    assert "42 CFR part 2" in answers[0].headers["Redisclosure-Notice"]
    assert house.ana.get(f"/api/v1/contracts/{made['id']}/").json()["state"] == "expired"


def test_what_is_signed_says_its_end_to_the_second(house: House) -> None:
    """A program sends an instant as exact as its clock; a person reads it."""
    made = grant(house.ana, ends="2099-03-01T14:00:05.123456Z", starts="2020-01-02T03:04:05.678+00:00")
    assert made["ends"] == "2099-03-01T14:00:05Z"
    assert "from 2 January 2020, 03:04:05 UTC until 1 March 2099, 14:00:05 UTC;" in made["sentence"]


def test_one_contract_takes_the_place_of_another(house: House) -> None:
    former = grant(house.ana)
    made = grant(house.ana, categories=["vital-signs"], supersedes=former["id"])
    assert made["supersedes"] == former["id"]
    assert house.ana.get(f"/api/v1/contracts/{former['id']}/").json()["state"] == "superseded"
    assert read(house.doctor, f"Observation/{GLUCOSE}").status_code == 403
    assert read(house.doctor, f"Observation/{WEIGHT}").status_code == 200


def test_a_contract_that_names_one_record_opens_it_alone_in_a_search(house: House) -> None:
    grant(
        house.ana,
        categories=["lab-results", "vital-signs"],
        records=[{"meaning": "instance", "reference": f"Observation/{WEIGHT}"}],
    )
    found = read(house.doctor, f"Observation?patient={ANA}").json()
    assert [entry["resource"]["id"] for entry in found["entry"]] == [WEIGHT]


def test_a_template_with_a_grantee_and_an_end_is_a_contract(house: House) -> None:
    found = {one["name"]: one for one in house.ana.get("/api/v1/contract-templates/").json()}
    assert "part-2" in found
    made = grant(house.ana, **found["part-2"]["terms"])
    assert made["terms"]["redisclosure"] is True
