"""Limits by law over REST: placed by the privacy officer, read by the patient, reviewed by somebody else, lifted."""

from typing import Any

import pytest

from portal.accounts.models import Role
from portal.accounts.services import add_member
from portal.records.errors import Denied
from portal.records.services import own_record
from tests import cast as people
from tests.api.officers import call
from tests.cast import MRN, Cast, account_of, make_caller

WHY = "Dr Olsen expects her to harm herself."
NEW = {"mrn": MRN, "ground": "endangers-life", "categories": ["lab-results"], "reason": WHY}


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


def here(cast: Cast, rest: str = "") -> str:
    return f"/api/v1/limits/{cast.hospital.slug}/{rest}"


def officer(cast: Cast, method: str, rest: str = "", body: Any = None, **more: Any) -> Any:
    return call(method, here(cast, rest), cast.privacy_officer, "limits", body, **more)


def amara(cast: Cast, method: str, path: str, scopes: str = "*") -> Any:
    return call(method, path, cast.amara, scopes)


def place(cast: Cast, **changes: Any) -> str:
    answer = officer(cast, "POST", "", {**NEW, **changes})
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def sees(cast: Cast) -> bool:
    try:
        own_record(caller=cast.amara, tenant=cast.hospital.id, category="lab-results")
    except Denied:
        return False
    return True


def test_what_is_placed_holds_at_once_and_both_sides_read_why(cast: Cast) -> None:
    assert sees(cast)
    key = place(cast)
    assert not sees(cast)
    (line,) = officer(cast, "GET").json()["results"]
    assert (line["id"], line["mrn"], line["law"]) == (key, MRN, "45 CFR 164.524(a)(3)(i)")
    whole = officer(cast, "GET", f"{key}/").json()
    assert (whole["reason"], whole["over"], whole["categories"]) == (WHY, False, ["lab-results"])
    (own,) = amara(cast, "GET", "/api/v1/limits/").json()["results"]
    assert (own["id"], own["reason"], own["custodian"]) == (key, WHY, cast.hospital.slug)
    assert "mrn" not in own


def test_the_patient_asks_for_a_review_and_somebody_else_decides_it(cast: Cast) -> None:
    key = place(cast)
    asked = amara(cast, "POST", here(cast, f"{key}/ask/"))
    assert (asked.status_code, asked.json()["review_asked"] is None) == (200, False)
    again = amara(cast, "POST", here(cast, f"{key}/ask/"))
    assert (again.status_code, again.json()["code"]) == (409, "restriction-closed")
    review = {"outcome": "lift", "note": "She is well, says Dr Olsen."}
    own = officer(cast, "POST", f"{key}/review/", review)
    assert own.json()["code"] == "restriction-not-reviewable"
    second = make_caller(
        "second@st-mary.example", "Second Officer", "", (cast.hospital, Role.PRIVACY_OFFICER)
    )
    done = call("POST", here(cast, f"{key}/review/"), second, "limits", review)
    assert (done.status_code, done.json()["over"], done.json()["upheld"]) == (200, True, False)
    assert sees(cast)
    assert amara(cast, "GET", "/api/v1/limits/").json()["results"] == []


def test_what_is_lifted_is_over_once(cast: Cast) -> None:
    key = place(cast)
    assert officer(cast, "POST", f"{key}/lift/").json()["over"] is True
    assert sees(cast)
    assert officer(cast, "POST", f"{key}/lift/").json()["code"] == "restriction-closed"
    assert officer(cast, "GET").json()["results"] == []


def test_a_key_places_once(cast: Cast) -> None:
    first = officer(cast, "POST", "", NEW, **{"Idempotency-Key": "k1"})
    again = officer(cast, "POST", "", NEW, **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert again["Idempotent-Replayed"] == "true"
    assert len(officer(cast, "GET").json()["results"]) == 1


WRONG: dict[str, tuple[dict[str, Any], int, str]] = {
    "nothing named": ({"categories": []}, 422, "restriction-malformed"),
    "no such ground": ({"ground": "because"}, 422, "restriction-malformed"),
    "no such category": ({"categories": ["gossip"]}, 422, "restriction-malformed"),
    "over already": ({"ends": "2020-01-01T00:00:00Z"}, 422, "restriction-malformed"),
    "nobody": ({"mrn": "none"}, 404, "unknown-person"),
    "no reason": ({"reason": "no"}, 400, "invalid-body"),
    "an unknown key": ({"colour": "red"}, 400, "invalid-body"),
}


@pytest.mark.parametrize(("changes", "status", "code"), WRONG.values(), ids=WRONG.keys())
def test_what_is_no_limit_is_refused(cast: Cast, changes: dict[str, Any], status: int, code: str) -> None:
    answer = officer(cast, "POST", "", {**NEW, **changes})
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["code"] == code
    assert officer(cast, "GET").json()["results"] == []


@pytest.mark.parametrize("who", ["doctor", "administrator", "auditor", "outsider", "amara"])
def test_only_its_privacy_officers_place_them(cast: Cast, who: str) -> None:
    key = place(cast)
    for method, rest, body in (
        ("GET", "", None),
        ("POST", "", NEW),
        ("GET", f"{key}/", None),
        ("POST", f"{key}/lift/", None),
        ("POST", f"{key}/review/", {"outcome": "lift", "note": WHY}),
    ):
        answer = call(method, here(cast, rest), getattr(cast, who), "limits", body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-a-member"), rest
    assert not sees(cast)


def test_nobody_asks_about_anybody_elses(cast: Cast) -> None:
    key = place(cast)
    for method, path in (("POST", here(cast, f"{key}/ask/")), ("GET", "/api/v1/limits/")):
        answer = call(method, path, cast.outsider, "*")
        assert (answer.status_code, answer.json()["code"]) == (403, "not-a-patient")
    add_member(tenant=cast.practice.id, user=account_of(cast.privacy_officer), role=Role.PRIVACY_OFFICER)
    other = call("GET", f"/api/v1/limits/{cast.practice.slug}/{key}/", cast.privacy_officer, "limits",
                 **{"X-Tenant": cast.practice.slug})  # fmt: skip
    assert (other.status_code, other.json()["code"]) == (404, "unknown-restriction")
