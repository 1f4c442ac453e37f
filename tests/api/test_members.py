"""Who works at an organisation, over REST: for its officers, with a scope that must be named."""

import pytest

from portal.accounts import services
from tests.api.house import PASSWORD, Caller, House
from tests.entries import entries_of_type

PATH = "/api/v1/members/st-mary/"
ADMINISTRATOR, OFFICER = "administrator@st-mary.example", "officer@st-mary.example"


@pytest.fixture(autouse=True)
def officers(house: House) -> None:
    for email, role in ((ADMINISTRATOR, "administrator"), (OFFICER, "privacy_officer")):
        user = services.create_account(email=email, password=PASSWORD, name=role)
        services.add_member(tenant=house.tenants["st-mary"], user=user, role=role)


def administrator(house: House, scopes: str = "members") -> Caller:
    return house.caller(ADMINISTRATOR, scopes)


def test_the_staff_is_listed_each_once_with_all_roles(house: House) -> None:
    found = administrator(house).get(PATH).json()["results"]
    by_email = {one["email"]: one for one in found}
    assert by_email[OFFICER]["roles"] == ["privacy_officer"]
    assert by_email["doctor@st-mary.example"]["roles"] == ["clinician"]
    assert "doctor@riverside.example" not in by_email
    assert len(by_email) == len(found)
    assert house.caller(OFFICER, "members").get(PATH).json() == {"results": found}


def test_whoever_is_removed_is_refused_from_then_on(house: House) -> None:
    found = administrator(house).get(PATH).json()["results"]
    gone = next(one for one in found if one["email"] == "doctor@st-mary.example")
    path = f"{PATH}{gone['id']}/remove/"
    assert house.caller(OFFICER, "members").post(path, json={}).status_code == 403
    assert administrator(house).post(path, json={}).status_code == 204
    assert administrator(house).post(path, json={}).status_code == 404
    assert gone not in administrator(house).get(PATH).json()["results"]
    (entry,) = entries_of_type(house.tenants["st-mary"], "member.removed")
    assert entry.audit["member"] == gone["id"]


def test_nobody_removes_himself(house: House) -> None:
    own = next(
        one for one in administrator(house).get(PATH).json()["results"] if one["email"] == ADMINISTRATOR
    )
    assert administrator(house).post(f"{PATH}{own['id']}/remove/", json={}).status_code in (403, 409)


def test_only_officers_with_the_scope_may_see_it(house: House) -> None:
    assert administrator(house, "* sign emergency").get(PATH).json()["code"] == "insufficient-scope"
    for other in ("doctor@st-mary.example", "ana@example.org"):
        assert house.caller(other, "members").get(PATH).status_code == 403
    assert administrator(house).get("/api/v1/members/riverside/").status_code == 403
