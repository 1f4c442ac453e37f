"""A contract that asks for a strong log-in is not met by a token of the command line, whatever its scopes."""

from datetime import UTC, datetime, timedelta

from consent import services as consent
from consent.sentence import Display
from consent.signature import Signature
from consent.terms import Grantee, Terms
from ledger.scope import tenant_scope
from portal.accounts import selectors
from tests.api.house import ANA, House

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
