"""45 CFR 164.526 over REST: a patient says that a record is wrong, the privacy officers accept, deny or put off."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from consent.restriction import Restriction
from consent.services import place_restriction
from ledger.scope import tenant_scope
from portal.accounts import services as accounts
from portal.accounts.models import Role
from portal.cases.models import Case
from tests import cast as people
from tests.api.rest import Rest
from tests.cast import MRN, PATIENT, Cast, account_of
from tests.entries import entries_of_type

RECORD = f"MedicationRequest/{PATIENT}-metformin"
WORDS = "I take 850 mg, not 500 mg."
NOTE = {"note": "The letter of your family doctor says the same."}
DENIAL = {**NOTE, "ground": "accurate"}
STATEMENT = {"words": "I was never given 500 mg."}
MINE = "/api/v1/corrections/"


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


@pytest.fixture
def amara(cast: Cast) -> Rest:
    return Rest(cast.amara, "cases")


@pytest.fixture
def officer(cast: Cast) -> Rest:
    return Rest(cast.privacy_officer, "cases.answer")


def body(cast: Cast, **more: Any) -> dict[str, Any]:
    return {"custodian": cast.hospital.slug, "record": RECORD, "words": WORDS, **more}


def ask(cast: Cast, amara: Rest) -> str:
    return str(amara.post(MINE, body(cast)).json()["id"])


def desk(cast: Cast, more: str = "") -> str:
    return f"/api/v1/cases/{cast.hospital.slug}/corrections/{more}"


def told(cast: Cast, *types: str) -> list[str]:
    """What became of corrections, as the log says it."""
    return [kind for kind in types for _ in entries_of_type(cast.hospital.id, f"correction.{kind}")]


def test_a_correction_is_asked_for_and_accepted(cast: Cast, amara: Rest, officer: Rest) -> None:
    made = amara.post(MINE, body(cast))
    assert made.status_code == 201
    asked = made.json()
    assert (asked["state"], asked["record"], asked["words"]) == ("open", RECORD, WORDS)
    assert instant(asked["due"]) - instant(asked["asked"]) == timedelta(days=60)
    (waiting,) = officer.get(desk(cast)).json()["results"]
    assert (waiting["id"], waiting["mrn"], waiting["record"]) == (asked["id"], MRN, RECORD)
    assert "words" not in waiting
    assert officer.get(desk(cast, f"{asked['id']}/")).json()["words"] == WORDS
    done = officer.post(desk(cast, f"{asked['id']}/accept/"), NOTE)
    assert (done.status_code, done.json()["state"], done.json()["answer"]) == (200, "accepted", NOTE["note"])
    (line,) = amara.get(MINE).json()["results"]
    assert (line["state"], line["read"]) == ("accepted", None)
    read = amara.get(f"{MINE}{asked['id']}/").json()
    assert read["answer"] == NOTE["note"] and read["read"] is not None
    assert officer.get(desk(cast)).json()["results"] == []
    assert told(cast, "requested", "accepted") == ["requested", "accepted"]


def test_a_denial_says_its_ground_and_is_disagreed_with_once(cast: Cast, amara: Rest, officer: Rest) -> None:
    case = ask(cast, amara)
    early = amara.post(f"{MINE}{case}/disagree/", STATEMENT)
    assert (early.status_code, early.json()["code"]) == (409, "case-closed")
    for more in (NOTE, {**DENIAL, "ground": "because"}, {**DENIAL, "note": "no"}):
        assert officer.post(desk(cast, f"{case}/deny/"), more).status_code == 400
    denied = officer.post(desk(cast, f"{case}/deny/"), DENIAL).json()
    assert (denied["state"], denied["ground"], denied["disagreed"]) == ("denied", "accurate", False)
    for replayed in (None, "true"):
        said = amara.post(f"{MINE}{case}/disagree/", STATEMENT, key="a-key")
        assert (said.status_code, said.headers.get("Idempotent-Replayed")) == (200, replayed)
        assert said.json()["disagreement"] == STATEMENT["words"]
    assert amara.post(f"{MINE}{case}/disagree/", STATEMENT).status_code == 409
    assert officer.get(desk(cast, f"{case}/")).json()["disagreement"] == STATEMENT["words"]
    assert told(cast, "denied", "disagreed") == ["denied", "disagreed"]


def test_it_is_put_off_once_by_thirty_days(cast: Cast, amara: Rest, officer: Rest) -> None:
    asked = amara.post(MINE, body(cast)).json()
    later = officer.post(desk(cast, f"{asked['id']}/extend/"), NOTE).json()
    assert instant(later["due"]) - instant(asked["due"]) == timedelta(days=30)
    assert later["extended"] is True and amara.get(MINE).json()["results"][0]["due"] == later["due"]
    again = officer.post(desk(cast, f"{asked['id']}/extend/"), NOTE)
    assert (again.status_code, again.json()["code"]) == (409, "case-closed")
    assert told(cast, "extended") == ["extended"]


def test_what_is_answered_is_closed(cast: Cast, amara: Rest, officer: Rest) -> None:
    case = ask(cast, amara)
    officer.post(desk(cast, f"{case}/accept/"), NOTE)
    for step, sent in (("accept", NOTE), ("deny", DENIAL), ("extend", NOTE)):
        refused = officer.post(desk(cast, f"{case}/{step}/"), sent)
        assert (refused.status_code, refused.json()["code"]) == (409, "case-closed")
    assert amara.post(f"{MINE}{case}/disagree/", STATEMENT).status_code == 409
    assert told(cast, "accepted", "denied", "extended", "disagreed") == ["accepted"]


def test_while_one_waits_a_second_about_the_same_is_the_first(cast: Cast, amara: Rest, officer: Rest) -> None:
    first = amara.post(MINE, body(cast), key="a-key").json()
    assert amara.post(MINE, body(cast, words="It should say 850 mg.")).json() == first
    assert amara.post(MINE, body(cast), key="a-key").headers["Idempotent-Replayed"] == "true"
    assert told(cast, "requested") == ["requested"]
    officer.post(desk(cast, f"{first['id']}/deny/"), DENIAL, key="b-key")
    again = officer.post(desk(cast, f"{first['id']}/deny/"), DENIAL, key="b-key")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert told(cast, "denied") == ["denied"]
    assert ask(cast, amara) != first["id"]


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"record": f"MedicationRequest/{people.OTHER}-metformin"}, 404, "nothing-to-correct"),
        ({"record": "MedicationRequest/nothing"}, 404, "nothing-to-correct"),
        ({"record": f"Condition/{PATIENT}-metformin"}, 404, "nothing-to-correct"),
        ({"record": "Nothing/at-all"}, 404, "nothing-to-correct"),
        ({"custodian": "nowhere"}, 404, "unknown-tenant"),
        ({"record": "metformin"}, 400, "invalid-body"),
        ({"record": f"{RECORD}\n"}, 400, "invalid-body"),
        ({"words": "Wrong"}, 400, "invalid-body"),
        ({"more": 1}, 400, "invalid-body"),
    ],
)
def test_there_is_nothing_to_correct_in_what_is_not_ones_own(
    cast: Cast, amara: Rest, more: dict[str, Any], status: int, code: str
) -> None:
    refused = amara.post(MINE, body(cast, **more))
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert told(cast, "requested") == []


def test_what_another_patient_asked_is_not_there(cast: Cast, amara: Rest, officer: Rest) -> None:
    case = ask(cast, amara)
    officer.post(desk(cast, f"{case}/deny/"), DENIAL)
    ben = people.make_caller(f"ben@{cast.hospital.slug}.example", "Ben Okri")
    accounts.claim_person(person=cast.other, user=account_of(ben))
    other = Rest(ben, "cases")
    assert other.get(MINE).json()["results"] == []
    assert other.get(f"{MINE}{case}/").status_code == 404
    refused = other.post(f"{MINE}{case}/disagree/", STATEMENT)
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown-case")
    assert told(cast, "disagreed") == []
    assert Rest(cast.doctor, "cases").post(MINE, body(cast)).json()["code"] == "not-a-patient"


def test_only_privacy_officers_of_that_organisation_answer(cast: Cast, amara: Rest) -> None:
    case = ask(cast, amara)
    elsewhere = people.make_caller(
        f"o@{cast.practice.slug}.example", "Otto", "", (cast.practice, Role.PRIVACY_OFFICER)
    )
    steps = {"accept": NOTE, "deny": DENIAL, "extend": NOTE}
    for who in (cast.administrator, cast.doctor, cast.amara, cast.auditor, elsewhere):
        other = Rest(who, "cases cases.answer")
        answers = [other.get(desk(cast)), other.get(desk(cast, f"{case}/"))]
        answers += [other.post(desk(cast, f"{case}/{step}/"), sent) for step, sent in steps.items()]
        assert {(each.status_code, each.json()["code"]) for each in answers} == {(403, "not-a-member")}
    there = Rest(elsewhere, "cases.answer")
    for step, sent in steps.items():
        path = f"/api/v1/cases/{cast.practice.slug}/corrections/{case}/{step}/"
        assert there.post(path, sent).json()["code"] == "unknown-case"
    lacking = Rest(cast.privacy_officer, "* members policies").post(desk(cast, f"{case}/accept/"), NOTE)
    assert (lacking.status_code, lacking.json()["code"]) == (403, "insufficient-scope")
    assert told(cast, "accepted", "denied", "extended") == []


def test_what_is_due_first_comes_first_also_after_it_was_put_off(
    cast: Cast, amara: Rest, officer: Rest
) -> None:
    first = ask(cast, amara)
    second = amara.post(MINE, body(cast, record=f"Observation/{PATIENT}-ldl-1")).json()["id"]
    officer.post(desk(cast, f"{first}/extend/"), NOTE)
    page = officer.get(desk(cast, "?limit=1")).json()
    rest = officer.get(page["next"]).json()
    assert [each["id"] for each in page["results"] + rest["results"]] == [second, first]
    assert rest["next"] is None


def test_a_correction_that_is_not_there(cast: Cast, amara: Rest, officer: Rest) -> None:
    for answer in (
        amara.get(f"{MINE}{uuid4()}/"),
        amara.post(f"{MINE}{uuid4()}/disagree/", STATEMENT),
        officer.get(desk(cast, f"{uuid4()}/")),
        officer.post(desk(cast, f"{uuid4()}/accept/"), NOTE),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-case")


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_what_is_over_its_time_is_late_until_it_is_answered(cast: Cast, amara: Rest, officer: Rest) -> None:
    case = ask(cast, amara)
    assert officer.get(desk(cast)).json()["results"][0]["late"] is False
    with tenant_scope(cast.hospital.id):
        Case.objects.filter(id=case).update(due=datetime.now(UTC) - timedelta(days=1))
    assert officer.get(desk(cast)).json()["results"][0]["late"] is True
    assert officer.post(desk(cast, f"{case}/accept/"), NOTE).json()["late"] is False


def test_what_the_law_keeps_from_her_is_as_what_is_not_there(cast: Cast, amara: Rest) -> None:
    terms = Restriction(
        custodian=cast.hospital.id, person=cast.person, basis="endangers-life", categories=["medicines"]
    )
    with tenant_scope(cast.hospital.id):
        why = "Her doctor expects her to harm herself."
        place_restriction(terms=terms, reason=why, actor=cast.privacy_officer.user)
    kept, nothing = (amara.post(MINE, body(cast, **more)) for more in ({}, {"record": f"{RECORD}-none"}))
    assert (kept.status_code, kept.json()["code"]) == (404, "nothing-to-correct")
    assert kept.json()["detail"] == nothing.json()["detail"]
    assert len(entries_of_type(cast.hospital.id, "access.denied")) == 1
    assert told(cast, "requested") == []
    other = amara.post(MINE, body(cast, record=f"Observation/{PATIENT}-ldl-1"))
    assert other.status_code == 201
