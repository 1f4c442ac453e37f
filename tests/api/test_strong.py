"""A contract that asks for a strong log-in is not met by a token of the command line, whatever its scopes."""

from datetime import UTC, datetime, timedelta

from consent import services as consent
from consent.sentence import Display
from consent.signature import Signature
from consent.terms import Grantee, Terms
from ledger.scope import tenant_scope
from portal.accounts import selectors, services
from tests.api.house import ANA, GLUCOSE, House

SEARCH = f"/fhir/st-mary/Observation?patient={ANA}&category=laboratory"


def share(house: House, *, strong: bool) -> None:
    """Ana signs a contract with the doctor over her lab results."""
    ana, doctor = (
        selectors.user_by_email(email) for email in ("ana@example.org", "doctor@riverside.example")
    )
    where = house.tenants["st-mary"]
    ends = datetime.now(UTC) + timedelta(days=1)
    with tenant_scope(where):
        consent.grant(
            person=house.people[ANA],
            grantor=ana.id,
            terms=Terms(
                where, Grantee("practitioner", doctor.id), ["lab-results"], ["TREAT"], ends, strong=strong
            ),
            signature=Signature("reauthenticated", ana.id),
            display=Display(str(doctor), "St Mary Hospital"),
        )


def test_only_a_token_that_was_made_by_a_strong_log_in_meets_it(house: House) -> None:
    share(house, strong=True)
    weak = house.caller("doctor@riverside.example", "* sign emergency", strength="command")
    assert weak.get(SEARCH).status_code == 403
    assert house.caller("doctor@riverside.example", "*").get(SEARCH).status_code == 200


def test_a_contract_that_asks_for_none_is_met_by_any(house: House) -> None:
    share(house, strong=False)
    assert house.caller("doctor@riverside.example", "*", strength="command").get(SEARCH).status_code == 200


def test_where_all_need_a_second_factor_clinicians_tokens_need_it_and_the_patient_reads_who_tried(
    house: House,
) -> None:
    share(house, strong=False)
    doctor = "doctor@riverside.example"
    services.require_strong(
        tenant=house.tenants["riverside"], strong=True, actor=selectors.user_by_email(doctor).id
    )
    weak = house.caller(doctor, "*", strength="command")
    before = house.ana.get("/api/v1/accesses/?limit=50").json()["results"]
    for path in (SEARCH, f"/fhir/st-mary/Observation/{GLUCOSE}"):
        answer = weak.get(path)
        assert answer.status_code == 403
        assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "confirmation-needed"
    after = house.ana.get("/api/v1/accesses/?limit=50").json()["results"]
    assert after[0]["decision"] == "denied"
    assert len(after) > len(before)
    assert house.caller(doctor, "*").get(SEARCH).status_code == 200
