"""Judging emergency access over REST: by a privacy officer of that house, once, never by who acted."""

from typing import Any
from uuid import UUID

import pytest

from consent import selectors
from ledger.scope import tenant_scope
from portal.accounts import services
from portal.accounts.identity import Caller
from tests import cast as people
from tests.administration.test_reviews import FINDING, broken_glass
from tests.api.officers import call
from tests.cast import MRN, Cast, account_of
from tests.entries import entries_of_type


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


def officer(cast: Cast, method: str, rest: str = "", body: Any = None, **headers: str) -> Any:
    return reviews(cast, cast.privacy_officer, method, rest, body, **headers)


def reviews(cast: Cast, caller: Caller, method: str, rest: str = "", body: Any = None, **headers: str) -> Any:
    path = f"/api/v1/emergency-reviews/{cast.hospital.slug}/{rest}"
    return call(method, path, caller, "reviews", body, **headers)


def outcome_of(cast: Cast, session: UUID) -> str:
    with tenant_scope(cast.hospital.id):
        return selectors.emergency_session(session).outcome


def test_the_queue_names_who_acted_and_no_patient(cast: Cast) -> None:
    first, second = broken_glass(cast, cast.family_doctor), broken_glass(cast, cast.doctor, over=False)
    answer = officer(cast, "GET", "?limit=1")
    page = answer.json()
    (shown,) = page["results"]
    assert (shown["id"], shown["state"], shown["clinician"]) == (str(second), "open", "Dr Jonas Okafor")
    rest = page["next"].partition(cast.hospital.slug + "/")[2]
    (older,) = officer(cast, "GET", rest).json()["results"]
    assert (older["id"], older["state"], older["mrn"]) == (str(first), "over", MRN)
    assert older["organisation"] == "Riverside Family Practice"
    assert "Lindgren" not in answer.content.decode()
    assert "fall" not in answer.content.decode()


def test_one_is_judged_by_its_reason_and_what_was_opened(cast: Cast) -> None:
    session = broken_glass(cast, cast.family_doctor)
    shown = officer(cast, "GET", f"{session}/").json()
    assert shown["reason"] == "Brought in unconscious after a fall."
    assert [opened["categories"] for opened in shown["opened"]] == [["medicines"]]
    assert (shown["outcome"], shown["reviewed"]) == (None, None)


def test_a_finding_closes_it_once_and_the_ledger_tells(cast: Cast) -> None:
    session = broken_glass(cast, cast.family_doctor)
    done = officer(cast, "POST", f"{session}/conclude/", FINDING)
    assert done.status_code == 200, done.content
    assert (done.json()["state"], done.json()["outcome"]) == ("reviewed", "justified")
    again = officer(cast, "POST", f"{session}/conclude/", {**FINDING, "outcome": "not-justified"})
    assert (again.status_code, again.json()["code"]) == (409, "emergency-closed")
    assert officer(cast, "GET").json()["results"] == []
    (entry,) = entries_of_type(cast.hospital.id, "review.closed")
    assert (entry.audit["outcome"], entry.audit["note"]) == ("justified", FINDING["note"])
    assert outcome_of(cast, session) == "justified"


def test_the_same_key_concludes_once_and_shows_it_again(cast: Cast) -> None:
    session, key = broken_glass(cast, cast.family_doctor), {"Idempotency-Key": "one-finding"}
    first, again = (officer(cast, "POST", f"{session}/conclude/", FINDING, **key) for _ in range(2))
    assert (again.status_code, again["Idempotent-Replayed"]) == (200, "true")
    assert again.json() == first.json()
    services.set_roles(
        tenant=cast.hospital.id,
        user=cast.privacy_officer.user,
        roles=["auditor"],
        actor=cast.administrator.user,
    )
    assert officer(cast, "POST", f"{session}/conclude/", FINDING, **key).status_code == 403


def test_nobody_judges_their_own(cast: Cast) -> None:
    services.add_member(tenant=cast.hospital.id, user=account_of(cast.doctor), role="privacy_officer")
    session = broken_glass(cast, cast.doctor)
    answer = reviews(cast, cast.doctor, "POST", f"{session}/conclude/", FINDING)
    assert (answer.status_code, answer.json()["code"]) == (403, "review-refused")
    assert outcome_of(cast, session) == ""
    assert officer(cast, "POST", f"{session}/conclude/", FINDING).status_code == 200


def test_what_still_runs_is_judged_when_it_is_over(cast: Cast) -> None:
    session = broken_glass(cast, cast.family_doctor, over=False)
    answer = officer(cast, "POST", f"{session}/conclude/", FINDING)
    assert (answer.status_code, answer.json()["code"]) == (403, "review-refused")
    assert "still runs" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"note": "Fine."}, 400),
        ({"note": ""}, 400),
        ({"note": "x" * 2001}, 400),
        ({"note": "nothing\u0000at all"}, 400),
        ({"outcome": "perhaps"}, 403),
        ({"reviewer": "somebody"}, 400),
    ],
)
def test_a_finding_that_says_nothing_closes_nothing(cast: Cast, fault: Any, status: int) -> None:
    session = broken_glass(cast, cast.family_doctor)
    assert officer(cast, "POST", f"{session}/conclude/", {**FINDING, **fault}).status_code == status
    assert outcome_of(cast, session) == ""


@pytest.mark.parametrize("who", ["doctor", "family_doctor", "administrator", "auditor", "amara", "outsider"])
def test_only_a_privacy_officer_of_that_house_sees_or_judges(cast: Cast, who: str) -> None:
    session = broken_glass(cast, cast.family_doctor)
    caller = getattr(cast, who)
    for method, rest, body in (
        ("GET", "", None),
        ("GET", f"{session}/", None),
        ("POST", f"{session}/conclude/", FINDING),
    ):
        answer = reviews(cast, caller, method, rest, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-a-member")
    assert outcome_of(cast, session) == ""


def test_an_emergency_of_another_house_is_not_there(cast: Cast) -> None:
    session = broken_glass(cast, cast.family_doctor)
    petra = people.make_caller("petra@practice.example", "Petra", "", (cast.practice, "privacy_officer"))
    for method, rest, body in (("GET", "", None), ("POST", "conclude/", FINDING)):
        path = f"/api/v1/emergency-reviews/{cast.practice.slug}/{session}/{rest}"
        assert call(method, path, petra, "reviews", body).status_code == 404
    assert outcome_of(cast, session) == ""
