"""Whether an id is taken is told to who may write the record that they sent, and to nobody else."""

from typing import Any

import pytest

from tests.api.house import GLUCOSE, House
from tests.fhir.test_read import outcome
from tests.fhir.writing import glucose, nothing_is_stored, opt_out

BASE = "/fhir/st-mary/Observation"
SENT = {"Content-Type": "application/fhir+json"}
OF_BEN = f"ben-{GLUCOSE}"


def put(caller: Any, key: str, **changes: Any) -> Any:
    return caller.call("PUT", f"{BASE}/{key}", json=glucose(id=key, **changes), headers=SENT)


def told(answer: Any) -> tuple[int, Any]:
    return answer.status_code, answer.json()["issue"][0]["details"]


def test_who_may_not_write_reads_the_same_of_an_id_that_is_free(house: House) -> None:
    with nothing_is_stored(house):
        for caller in (house.doctor, house.caller("nobody@example.org")):
            assert told(put(caller, OF_BEN)) == told(put(caller, "free"))
            assert put(caller, OF_BEN).status_code != 409


@pytest.mark.parametrize("key", [OF_BEN, "free"])
def test_what_is_wrong_with_the_record_is_told_first(house: House, key: str) -> None:
    opt_out(house)
    with nothing_is_stored(house):
        assert outcome(put(house.own_doctor, key, status="done"))[2] == "resource-invalid"
        dangling = put(house.own_doctor, key, encounter={"reference": "Encounter/none"})
        assert outcome(dangling)[2] == "reference-unresolved"


def test_who_may_write_is_told_that_it_is_taken_and_no_more(house: House) -> None:
    opt_out(house)
    with nothing_is_stored(house):
        answer = put(house.own_doctor, OF_BEN)
    assert outcome(answer) == (409, "conflict", "write-conflict")
    assert "Ben" not in answer.text
    assert put(house.own_doctor, "free").status_code == 201
