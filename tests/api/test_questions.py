"""Questions about accesses over REST: the patient asks and reads, the privacy officers answer."""

import base64
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from ledger.scope import tenant_scope
from portal.accounts import services as accounts
from portal.accounts.models import Role
from portal.cases import services
from portal.records.services import chart, who_has_seen
from tests import cast as people
from tests.api.rest import Rest
from tests.cast import MRN, Cast, account_of
from tests.entries import entries_of_type

WORDS = "I have never met this doctor."
NOTE = "He was on call and looked at the wrong chart."
MINE = "/api/v1/questions/"


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


@pytest.fixture
def access(cast: Cast) -> UUID:
    """The entry by which the doctor read Amara's lab results."""
    cast.grant(cast.doctor, "lab-results")
    chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    return who_has_seen(caller=cast.amara, tenant=cast.hospital.id)[0].entry


@pytest.fixture
def amara(cast: Cast) -> Rest:
    return Rest(cast.amara, "cases")


@pytest.fixture
def officer(cast: Cast) -> Rest:
    return Rest(cast.privacy_officer, "cases.answer")


def body(cast: Cast, access: UUID, **more: Any) -> dict[str, Any]:
    return {"custodian": cast.hospital.slug, "entry": str(access), "words": WORDS, **more}


def ask(cast: Cast, access: UUID) -> str:
    """The id of a question of Amara's."""
    return str(Rest(cast.amara, "cases").post(MINE, body(cast, access)).json()["id"])


def desk(cast: Cast, more: str = "") -> str:
    return f"/api/v1/cases/{cast.hospital.slug}/questions/{more}"


def answer(who: Rest, cast: Cast, case: str, **more: Any) -> Any:
    return who.post(desk(cast, f"{case}/answer/"), {"outcome": "not-justified", "note": NOTE, **more})


def test_a_question_is_asked_answered_and_read(cast: Cast, access: UUID, amara: Rest, officer: Rest) -> None:
    made = amara.post(MINE, body(cast, access))
    assert made.status_code == 201
    asked = made.json()
    assert (asked["state"], asked["words"], asked["entry"]) == ("open", WORDS, str(access))
    assert asked["custodian"] == cast.hospital.slug and asked["answer"] == asked["outcome"] == ""
    (waiting,) = officer.get(desk(cast)).json()["results"]
    assert (waiting["id"], waiting["mrn"], waiting["patient"]) == (asked["id"], MRN, people.PATIENT)
    assert "words" not in waiting and waiting["late"] is False and waiting["due"] == asked["due"]
    opened = officer.get(desk(cast, f"{asked['id']}/")).json()
    assert opened["words"] == WORDS
    assert opened["access"]["actor"] == "Dr Jonas Okafor"
    assert opened["access"]["categories"] == ["lab-results"]
    done = answer(officer, cast, asked["id"])
    assert (done.status_code, done.json()["state"], done.json()["outcome"]) == (
        200,
        "answered",
        "not-justified",
    )
    (line,) = amara.get(MINE).json()["results"]
    assert (line["state"], line["outcome"], line["read"]) == ("answered", "not-justified", None)
    told = amara.get(f"{MINE}{asked['id']}/").json()
    assert told["answer"] == NOTE and told["read"] is not None
    assert officer.get(desk(cast)).json()["results"] == []
    assert [each["id"] for each in officer.get(desk(cast, "?state=answered")).json()["results"]] == [
        asked["id"]
    ]
    assert [entry.audit["outcome"] for entry in entries_of_type(cast.hospital.id, "question.answered")] == [
        "not-justified"
    ]


def test_the_same_access_again_is_the_same_question(cast: Cast, access: UUID, amara: Rest) -> None:
    first = amara.post(MINE, body(cast, access)).json()
    again = amara.post(MINE, body(cast, access, words="Once more: who is this?"))
    assert (again.status_code, again.json()) == (201, first)
    assert len(entries_of_type(cast.hospital.id, "question.asked")) == 1


def test_the_same_key_shows_how_it_stands_by_now(
    cast: Cast, access: UUID, amara: Rest, officer: Rest
) -> None:
    first = amara.post(MINE, body(cast, access), key="a-key").json()
    sent = {"outcome": "justified", "note": NOTE}
    path = desk(cast, f"{first['id']}/answer/")
    for replayed in (None, "true"):
        done = officer.post(path, sent, key="b-key")
        assert (done.status_code, done.headers.get("Idempotent-Replayed")) == (200, replayed)
        assert done.json()["outcome"] == "justified"
    again = amara.post(MINE, body(cast, access), key="a-key")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.status_code, again.json()["id"], again.json()["state"]) == (201, first["id"], "answered")
    accounts.remove_member(
        tenant=cast.hospital.id, user=cast.privacy_officer.user, actor=cast.administrator.user
    )
    assert officer.post(path, sent, key="b-key").status_code == 403


def test_a_closed_question_stays_as_it_was_answered(cast: Cast, access: UUID, officer: Rest) -> None:
    case = ask(cast, access)
    answer(officer, cast, case)
    again = answer(officer, cast, case, outcome="justified")
    assert (again.status_code, again.json()["code"]) == (409, "case-closed")
    assert officer.get(desk(cast, f"{case}/")).json()["outcome"] == "not-justified"


def test_only_an_access_to_ones_own_record_by_somebody_else_can_be_asked_about(
    cast: Cast, access: UUID, amara: Rest
) -> None:
    chart(caller=cast.amara, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    own = who_has_seen(caller=cast.amara, tenant=cast.hospital.id)[0].entry
    contract = entries_of_type(cast.hospital.id, "contract.activated")[0].id
    for entry, status, code in (
        (own, 422, "asked-of-oneself"),
        (contract, 404, "unknown-entry"),
        (uuid4(), 404, "unknown-entry"),
    ):
        refused = amara.post(MINE, body(cast, entry))
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    elsewhere = amara.post(MINE, body(cast, access, custodian=cast.practice.slug))
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "unknown-entry")
    nowhere = amara.post(MINE, body(cast, access, custodian="nowhere"))
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "unknown-tenant")
    assert amara.get(MINE).json()["results"] == []
    for place in (cast.hospital, cast.practice):
        assert entries_of_type(place.id, "question.asked") == []


@pytest.mark.parametrize(
    "more",
    [
        {"words": "Who?"},
        {"words": "x" * 2001},
        {"words": "a \x00 in the middle"},
        {"entry": "x"},
        {"more": 1},
    ],
)
def test_a_body_that_does_not_fit_is_refused(
    cast: Cast, access: UUID, amara: Rest, more: dict[str, Any]
) -> None:
    assert amara.post(MINE, body(cast, access, **more)).status_code == 400
    assert entries_of_type(cast.hospital.id, "question.asked") == []


def test_what_another_patient_asked_is_not_there(cast: Cast, access: UUID) -> None:
    case = ask(cast, access)
    ben = people.make_caller(f"ben@{cast.hospital.slug}.example", "Ben Okri")
    accounts.claim_person(person=cast.other, user=account_of(ben))
    other = Rest(ben, "cases")
    assert other.get(f"{MINE}{case}/").status_code == 404
    assert other.get(MINE).json()["results"] == []
    refused = other.post(MINE, body(cast, access))
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown-entry")
    doctor = Rest(cast.doctor, "cases").get(MINE)
    assert (doctor.status_code, doctor.json()["code"]) == (403, "not-a-patient")


def test_the_queue_is_for_privacy_officers_of_that_organisation(cast: Cast, access: UUID) -> None:
    case = ask(cast, access)
    elsewhere = people.make_caller(
        f"o@{cast.practice.slug}.example", "Otto", "", (cast.practice, Role.PRIVACY_OFFICER)
    )
    for who in (cast.administrator, cast.doctor, cast.amara, cast.auditor, elsewhere):
        other = Rest(who, "cases.answer cases")
        for path in (desk(cast), desk(cast, f"{case}/")):
            assert (other.get(path).status_code, other.get(path).json()["code"]) == (403, "not-a-member")
        assert answer(other, cast, case).status_code == 403
    there = Rest(elsewhere, "cases.answer")
    path = f"/api/v1/cases/{cast.practice.slug}/questions/"
    assert there.get(path).json()["results"] == []
    assert there.get(f"{path}{case}/").json()["code"] == "unknown-case"
    refused = there.post(f"{path}{case}/answer/", {"outcome": "justified", "note": NOTE})
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown-case")


def test_a_token_that_was_not_given_the_scope_answers_nothing(cast: Cast, access: UUID) -> None:
    case = ask(cast, access)
    refused = answer(Rest(cast.privacy_officer, "* members policies"), cast, case)
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient-scope")


def test_who_looked_does_not_answer(cast: Cast, access: UUID) -> None:
    accounts.add_member(tenant=cast.hospital.id, user=account_of(cast.doctor), role="privacy_officer")
    refused = answer(Rest(cast.doctor, "cases.answer"), cast, ask(cast, access))
    assert (refused.status_code, refused.json()["code"]) == (403, "own-access")


def test_an_answer_is_one_of_two_with_a_reason(cast: Cast, access: UUID, officer: Rest) -> None:
    case = ask(cast, access)
    for more in ({"outcome": "perhaps"}, {"note": "no"}, {"outcome": None}):
        assert answer(officer, cast, case, **more).status_code == 400
    assert answer(officer, cast, str(uuid4())).status_code == 404


def test_a_correction_is_no_question(cast: Cast, amara: Rest, officer: Rest) -> None:
    with tenant_scope(cast.hospital.id):
        case = services.request_correction(
            person=cast.person,
            actor=cast.amara.user,
            record_type="MedicationRequest",
            record_id=f"{people.PATIENT}-metformin",
            words="I take 850 mg, not 500 mg.",
        ).id
    assert amara.get(MINE).json()["results"] == officer.get(desk(cast)).json()["results"] == []
    assert amara.get(f"{MINE}{case}/").status_code == 404
    assert officer.get(desk(cast, f"{case}/")).status_code == 404
    assert answer(officer, cast, str(case)).json()["code"] == "unknown-case"


def test_lists_are_paged_in_their_order(cast: Cast, access: UUID, amara: Rest, officer: Rest) -> None:
    cases = [ask(cast, access)]
    for _ in range(4):
        chart(caller=cast.doctor, tenant=cast.hospital.id, person=cast.person, category="lab-results")
        cases.append(ask(cast, who_has_seen(caller=cast.amara, tenant=cast.hospital.id)[0].entry))
    assert walked(officer, desk(cast, "?limit=2")) == cases
    assert walked(amara, f"{MINE}?limit=2") == cases[::-1]
    for case in cases:
        answer(officer, cast, case)
    assert walked(officer, desk(cast, "?state=answered&limit=2")) == cases[::-1]
    page = officer.get(desk(cast, "?state=answered&limit=2")).json()
    second = officer.get(page["next"]).json()
    assert officer.get(second["previous"]).json()["results"] == page["results"]
    for cursor in ("x", "WzFd", "W1siMDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCIsIngiXV0"):
        assert officer.get(desk(cast, f"?cursor={cursor}")).json()["code"] == "bad-cursor"
    first_day = base64.urlsafe_b64encode(b'[["0001-01-01T00:00:00+14:00","%s"]]' % cases[0].encode())
    assert officer.get(desk(cast, f"?cursor={first_day.decode()}")).json()["results"] == []
    assert officer.get(desk(cast, "?state=closed")).json()["code"] == "bad-parameter"


def walked(who: Rest, path: str | None) -> list[str]:
    """The ids on all pages of a list."""
    found: list[str] = []
    while path:
        page = who.get(path).json()
        found += [each["id"] for each in page["results"]]
        path = page["next"]
    return found


def test_a_browsers_session_asks_nothing_here(cast: Cast, access: UUID) -> None:
    client = Client()
    client.force_login(account_of(cast.amara))
    assert client.post(MINE, body(cast, access), content_type="application/json").status_code == 401
