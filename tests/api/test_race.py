"""Reads against one revocation: in the order of the log, none is permitted after it. Of two revocations one counts."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from uuid import UUID

import httpx

from ledger import selectors as ledger
from ledger.scope import tenant_scope
from tests.api.house import ANA, GLUCOSE, House, contract_body

READS, READERS = 200, 8


def test_no_read_is_permitted_after_the_revocation(house: House) -> None:
    ana, doctor = house.ana, house.doctor
    contract = ana.post("/api/v1/contracts/", json=contract_body()).json()["id"]
    half = Event()

    def read(number: int) -> tuple[str, int]:
        if number == READS // 2:
            half.set()
        answer = doctor.get(f"/fhir/st-mary/Observation/{GLUCOSE}")
        return answer.headers["Ledger-Entry"], answer.status_code

    def revoke() -> int:
        half.wait(30)
        return ana.post(f"/api/v1/contracts/{contract}/revoke/").status_code

    with ThreadPoolExecutor(READERS + 1) as pool:
        revocation = pool.submit(revoke)
        answers = dict(pool.map(read, range(READS)))
    assert revocation.result() == 200
    assert len(answers) == READS
    assert set(answers.values()) == {200, 403}

    for key in answers:
        assert ledger.await_entry(UUID(key), tenant=house.tenants["st-mary"], seconds=10)
    with tenant_scope(house.tenants["st-mary"]):
        log = ledger.search_entries(subject=house.people[ANA], limit=READS + 20)[::-1]
    order = [entry.type for entry in log if str(entry.id) in answers or entry.type == "contract.revoked"]
    assert len(order) == READS + 1
    revoked = order.index("contract.revoked")
    assert set(order[:revoked]) == {"access.permitted"}
    assert set(order[revoked + 1 :]) == {"access.denied"}
    for entry in log:
        if str(entry.id) in answers:
            assert (entry.type == "access.permitted") == (answers[str(entry.id)] == 200)


def test_of_two_revocations_at_once_one_has_effect_and_the_other_is_told_so(house: House) -> None:
    ana = house.ana
    contract = ana.post("/api/v1/contracts/", json=contract_body()).json()["id"]
    together = Barrier(2, timeout=30)

    def revoke(_: int) -> httpx.Response:
        together.wait()
        return ana.post(f"/api/v1/contracts/{contract}/revoke/")

    with ThreadPoolExecutor(2) as pool:
        first, second = sorted(pool.map(revoke, range(2)), key=lambda answer: answer.status_code)
    assert (first.status_code, first.json()["state"]) == (200, "revoked")
    assert (second.status_code, second.json()["code"]) == (409, "contract-ended")
    with tenant_scope(house.tenants["st-mary"]):
        log = ledger.subject_entries(subject=house.people[ANA], types=["contract.revoked"], limit=10)
    assert len(log) == 1
