"""Completeness and consistency over REST: who may ask, and that the answers verify."""

import base64
import time
from typing import Any

import pytest

from ledger.completeness import check, parse
from ledger.note import parse_vkey
from ledger.tree import check_consistency
from ledger.trust import Policy
from tests.api.house import ANA, GLUCOSE, Caller, House

COMPLETE, CONSISTENT = "/api/v1/ledger/st-mary/completeness/", "/api/v1/ledger/st-mary/consistency/"


def trusted(house: House) -> Policy:
    state: dict[str, Any] = house.ana.get("/api/v1/ledger/st-mary/").json()
    return Policy((parse_vkey(state["vkey"]),))


def entries(house: House) -> int:
    """How many there are once none waits for its index."""
    for _ in range(100):
        state: dict[str, Any] = house.ana.get("/api/v1/ledger/st-mary/").json()
        if not state["backlog"]:
            return int(state["entries"])
        time.sleep(0.1)
    raise AssertionError("the sequencer did not come to an end")


def test_a_patient_is_given_all_that_is_logged_about_her_and_an_auditor_gets_the_same(house: House) -> None:
    for caller in (house.ana, house.doctor):
        caller.get(f"/fhir/st-mary/Observation/{GLUCOSE}")
    answer = house.ana.get(COMPLETE)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    found = check(parse(answer.content), trusted(house))
    listed = house.ana.get("/api/v1/accesses/?limit=100").json()["results"]
    assert len(found.leaves) >= len(listed) >= 2
    auditor, size = house.auditor, entries(house)  # the making of a token is an entry, too
    assert house.ana.get(COMPLETE).content == answer.content
    assert auditor.get(COMPLETE, params={"patient": ANA}).content == answer.content
    # Asking again summed nothing up again; what an auditor asked is no entry about the patient either.
    assert entries(house) == size


def test_nobody_else_may_ask(house: House) -> None:
    assert house.doctor.get(COMPLETE).json()["code"] == "not-a-patient"
    assert house.doctor.get(COMPLETE, params={"patient": ANA}).json()["code"] == "not-an-auditor"
    assert house.ana.get(COMPLETE, params={"patient": ANA}).json()["code"] == "not-an-auditor"
    assert house.auditor.get(COMPLETE, params={"patient": "nobody"}).status_code == 404


def test_between_any_two_sizes_the_log_is_shown_to_have_grown(house: House) -> None:
    house.ana.get(COMPLETE)
    published = house.ana.get("/api/v1/ledger/st-mary/").json()["size"]
    assert published > 3
    for old in range(1, min(published, 20)):
        for new in (None, published, min(old + 2, published)):
            asked = {"from": old} | ({} if new is None else {"to": new})
            found = house.ana.get(CONSISTENT, params=asked).json()
            check_consistency(
                old=found["old"], new=found["new"], old_root=base64.b64decode(found["old_root"]),
                new_root=base64.b64decode(found["new_root"]), proof=[base64.b64decode(h) for h in found["hashes"]],
            )  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 400),
        ({"from": "x"}, 400),
        ({"from": "01"}, 400),
        ({"from": "-1"}, 400),
        ({"from": "9" * 17}, 400),
        ({"from": "3", "to": "2"}, 404),
        ({"from": "1", "to": "9007199254740991"}, 404),
    ],
)
def test_what_is_no_size_of_the_log_is_refused(house: House, asked: dict[str, str], status: int) -> None:
    assert house.ana.get(CONSISTENT, params=asked).status_code == status


def test_a_receipt_is_given_against_any_checkpoint_that_was_published(house: House) -> None:
    house.ana.get(COMPLETE)
    entry = _first_entry(house.auditor)
    size = house.ana.get("/api/v1/ledger/st-mary/").json()["size"]
    receipt = f"/api/v1/ledger/st-mary/entries/{entry}/receipt/"
    found = house.auditor.get(receipt, params={"size": size})
    assert f"\n{size}\n" in found.text
    assert house.auditor.get(receipt, params={"size": size + 1_000}).json()["code"] == "unknown-size"


def _first_entry(auditor: Caller) -> str:
    found: list[dict[str, Any]] = auditor.get("/api/v1/ledger/st-mary/entries/?limit=100").json()["results"]
    return str(found[-1]["id"])
