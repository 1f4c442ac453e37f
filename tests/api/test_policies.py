"""What applies at an organisation, over REST: read and set by its officers, with a scope that must be named."""

from typing import Any

import pytest

from portal.accounts import services
from tests.api.house import ANA, ASTHMA, HIV, PASSWORD, Caller, House
from tests.api.test_emergency_access import open_it
from tests.fhir.test_consents import refusal

PATH = "/api/v1/policies/st-mary/"
RULE = {"excluded": ["HIV"], "a_day": 1, "a_month": None, "refusals": False}


ADMINISTRATOR = "administrator@st-mary.example"


@pytest.fixture(autouse=True)
def administrator(house: House) -> None:
    user = services.create_account(email=ADMINISTRATOR, password=PASSWORD, name="Administrator")
    services.add_member(tenant=house.tenants["st-mary"], user=user, role="administrator")


def officer(house: House, scopes: str = "policies") -> Caller:
    return house.caller(ADMINISTRATOR, scopes)


def test_a_rule_that_is_set_decides_from_then_on(house: House) -> None:
    before = officer(house).get(PATH).json()
    assert (before["base"]["version"], before["emergency"]["version"]) == (0, 0)
    done = officer(house).post(f"{PATH}emergency/", json=RULE)
    assert done.status_code == 200, done.text
    said = done.json()["emergency"]
    assert {name: said[name] for name in RULE} == RULE
    assert said["version"] == 1
    assert 'Counter::"emergency".today <= 1' in said["cedar"]
    assert officer(house).get(PATH).json() == done.json()

    assert open_it(house.doctor).status_code == 201
    assert house.doctor.get(f"/fhir/st-mary/Condition/{ASTHMA}").status_code == 200
    assert house.doctor.get(f"/fhir/st-mary/Condition/{HIV}").status_code == 403
    again = open_it(house.doctor, patient=ANA)
    assert (again.status_code, again.json()["code"]) == (403, "emergency-quota-reached")


@pytest.mark.parametrize(
    "body", [{"a_day": 0}, {"excluded": ["MOOD"]}, {"excluded": "HIV"}, {"quota": 1}, {"refusals": "perhaps"}]
)
def test_a_rule_that_means_nothing_is_refused(house: House, body: dict[str, Any]) -> None:
    assert officer(house).post(f"{PATH}emergency/", json=body).status_code in (400, 422)
    assert officer(house).get(PATH).json()["emergency"]["version"] == 0


def test_refusals_that_stand_give_way_only_where_the_caller_agrees_to_as_many(house: House) -> None:
    assert officer(house).post(f"{PATH}emergency/", json=RULE | {"refusals": True}).status_code == 200
    assert house.ana.post("/fhir/st-mary/Consent", json=refusal()).status_code == 201
    assert officer(house).get(PATH).json()["emergency"]["standing_refusals"] == 1
    refused = officer(house).post(f"{PATH}emergency/", json=RULE)
    assert (refused.status_code, refused.json()["code"]) == (409, "refusals-stand")
    assert refused.json()["standing_refusals"] == 1
    assert officer(house).get(PATH).json()["emergency"]["refusals"] is True
    done = officer(house).post(f"{PATH}emergency/", json=RULE | {"give_way": 1})
    assert (done.status_code, done.json()["emergency"]["refusals"]) == (200, False)


def test_only_officers_with_the_scope_may_see_or_set_it(house: House) -> None:
    assert officer(house, "* sign emergency").get(PATH).json()["code"] == "insufficient-scope"
    for other in ("doctor@riverside.example", "ana@example.org"):
        caller = house.caller(other, "policies")
        assert caller.get(PATH).status_code == 403
        assert caller.post(f"{PATH}emergency/", json=RULE).status_code == 403
    assert officer(house).get("/api/v1/policies/riverside/").status_code == 403
    assert officer(house).get("/api/v1/policies/nowhere/").status_code == 404
