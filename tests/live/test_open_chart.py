"""What a clinician has open closes when the access ends: at once, and for nobody else."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.api.house import ANA, BEN, Caller, House
from tests.live.page import Page, log_out, session_of
from tests.serving import Node

DOCTOR = "doctor@riverside.example"


def grants(patient: Caller, **changes: Any) -> str:
    """A contract with the doctor over lab results; its id."""
    body = {
        "custodian": "st-mary",
        "grantee": {"practitioner": DOCTOR},
        "categories": ["lab-results"],
        "purposes": ["TREAT"],
        "ends": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
    }
    answer = patient.post("/api/v1/contracts/", json=body | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def opens(
    node: Node, house: House, person: str = ANA, *, session: str = "", part: str = "lab-results"
) -> Page:
    path = f"/ws/chart/riverside/st-mary/{house.people[person]}/{part}/"
    return Page(node, session or session_of(DOCTOR), path)


def test_revoking_ends_an_open_page_and_no_other(node: Node, house: House) -> None:
    contract = grants(house.ana)
    grants(house.ben)
    with opens(node, house) as hers, opens(node, house, BEN) as his:
        hers.listen(0.5)
        assert (hers.said, hers.closed) == ([], None)
        assert house.ana.post(f"/api/v1/contracts/{contract}/revoke/").status_code == 200
        hers.listen(30)
        his.listen(0.5)
        assert hers.said == [{"type": "access.ended"}]
        assert (hers.closed, his.said, his.closed) == (4403, [], None)


def test_a_page_stays_open_while_another_contract_permits_it(node: Node, house: House) -> None:
    contract = grants(house.ana)
    grants(house.ana, categories=["lab-results", "visits"])
    with opens(node, house) as page:
        page.listen(0.5)
        house.ana.post(f"/api/v1/contracts/{contract}/revoke/")
        page.listen(1)
        assert (page.said, page.closed) == ([], None)


def test_who_has_no_access_gets_no_open_page(node: Node, house: House) -> None:
    with opens(node, house) as page:
        page.listen(30)
        assert page.closed == 4403
    grants(house.ana)
    with opens(node, house, part="visits") as page:
        page.listen(30)
        assert page.closed == 4403


def test_logging_out_closes_what_was_open(node: Node, house: House) -> None:
    grants(house.ana)
    session = session_of(DOCTOR)
    with opens(node, house, session=session) as page:
        page.listen(0.5)
        log_out(node, session)
        page.listen(30)
        assert page.closed == 4401
