"""What officers read over REST opens to a token as the page for it opens to its reader."""

import pytest

from portal.accounts import services
from tests import cast as people
from tests.api.officers import call, second_factor
from tests.cast import Cast


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


DESKS = [
    ("administrator", "members", "/api/v1/members/st-mary/"),
    ("administrator", "members", "/api/v1/members/st-mary/invitations/"),
    ("administrator", "policies", "/api/v1/policies/st-mary/"),
    ("privacy_officer", "reviews", "/api/v1/emergency-reviews/st-mary/"),
    ("privacy_officer", "guardians", "/api/v1/guardians/st-mary/"),
    ("privacy_officer", "cases.answer", "/api/v1/cases/st-mary/corrections/"),
    ("privacy_officer", "cases.answer", "/api/v1/cases/st-mary/questions/"),
]


@pytest.mark.parametrize(("who", "scope", "path"), DESKS, ids=[path for _, _, path in DESKS])
@pytest.mark.parametrize("asked", ["by the organisation", "by the account"])
def test_a_desk_opens_to_a_token_as_it_opens_to_its_page(
    cast: Cast, who: str, scope: str, path: str, asked: str
) -> None:
    officer = getattr(cast, who)
    where = path.replace("st-mary", cast.hospital.slug)
    assert call("GET", where, officer, scope).status_code == 200
    if asked == "by the account":
        second_factor(officer)
    else:
        services.require_strong(tenant=cast.hospital.id, strong=True, actor=officer.user)
    for strength in ("command", "password"):
        answer = call("GET", where, officer, scope, strength=strength)
        assert (answer.status_code, answer.json()["code"]) == (403, "confirmation-needed")
    assert call("GET", where, officer, scope, strength="strong").status_code == 200
