"""A patient does not recognise an access; somebody else than who looked says what it was."""

from uuid import UUID, uuid4

import pytest

from ledger.errors import UnknownEntry
from ledger.scope import tenant_scope
from portal.cases import selectors, services
from portal.cases.errors import AskedOfOneself, CaseClosed, OwnAccess, UnknownCase, WordsNeeded
from portal.cases.models import Case
from portal.records.services import chart, who_has_seen
from tests.cases.conftest import Entries
from tests.cast import Cast

WORDS = "I have never met this doctor."
NOTE = "He was on call and looked at the wrong chart."


def ask(cast: Cast, entry: UUID, words: str = WORDS, *, person: UUID | None = None) -> Case:
    with tenant_scope(cast.hospital.id):
        return services.ask_about_access(
            person=person or cast.person, actor=cast.amara.user, entry=entry, words=words
        )


def answer(cast: Cast, case: UUID, *, by: UUID | None = None, outcome: str = "not-justified") -> Case:
    with tenant_scope(cast.hospital.id):
        return services.answer_question(
            case=case, reviewer=by or cast.privacy_officer.user, outcome=outcome, note=NOTE
        )


def test_a_question_stands_in_the_chain_and_on_the_officers_list(
    cast: Cast, access: UUID, entries: Entries
) -> None:
    made = ask(cast, access)
    (entry,) = entries("question.asked")
    assert (entry.audit["access"], entry.audit["case"]) == (str(access), str(made.id))
    with tenant_scope(cast.hospital.id):
        assert [case.id for case in selectors.cases_waiting()] == [made.id]
    with tenant_scope(cast.practice.id):
        assert selectors.cases_waiting() == []
    assert selectors.written([made])[made.id].words == WORDS


def test_the_same_access_again_is_the_same_question(cast: Cast, access: UUID, entries: Entries) -> None:
    assert ask(cast, access).id == ask(cast, access, "Once more: who is this?").id
    assert len(entries("question.asked")) == 1


def test_the_answer_is_kept_and_entered(cast: Cast, access: UUID, entries: Entries) -> None:
    made = ask(cast, access)
    answer(cast, made.id)
    (row,) = selectors.cases_of_person(cast.person)
    assert (row.state, row.outcome, row.answered_by) == (
        "answered",
        "not-justified",
        cast.privacy_officer.user,
    )
    assert selectors.written([row])[row.id].answer == NOTE
    assert entries("question.answered")[0].audit["outcome"] == "not-justified"
    with pytest.raises(CaseClosed):
        answer(cast, made.id)


def test_who_looked_does_not_answer(cast: Cast, access: UUID) -> None:
    with pytest.raises(OwnAccess):
        answer(cast, ask(cast, access).id, by=cast.doctor.user)


def test_only_an_access_to_ones_own_record_can_be_asked_about(
    cast: Cast, access: UUID, entries: Entries
) -> None:
    with tenant_scope(cast.hospital.id):
        contract = entries("contract.activated")[0].id
    for entry, person in ((uuid4(), cast.person), (contract, cast.person), (access, cast.other)):
        with pytest.raises(UnknownEntry):
            ask(cast, entry, person=person)


def test_nobody_is_asked_about_ones_own_access(cast: Cast, access: UUID, entries: Entries) -> None:
    chart(caller=cast.amara, tenant=cast.hospital.id, person=cast.person, category="lab-results")
    own = who_has_seen(caller=cast.amara, tenant=cast.hospital.id)[0].entry
    with pytest.raises(AskedOfOneself):
        ask(cast, own)
    assert entries("question.asked") == []


@pytest.mark.parametrize("words", ["", "too short", "x" * 2001, "a \x00 in the middle"])
def test_words_are_needed(cast: Cast, access: UUID, words: str) -> None:
    with pytest.raises(WordsNeeded):
        ask(cast, access, words)


def test_another_organisation_and_another_patient_know_nothing_of_it(cast: Cast, access: UUID) -> None:
    made = ask(cast, access)
    with tenant_scope(cast.practice.id), pytest.raises(UnknownCase):
        selectors.case(made.id)
    with pytest.raises(UnknownCase):
        selectors.case_of_person(made.id, person=cast.other)
    assert selectors.cases_of_person(cast.other) == []


def test_what_was_written_is_sealed_and_closed_to_auditors(
    cast: Cast, access: UUID, entries: Entries
) -> None:
    from portal.records.services import audited

    made = ask(cast, access)
    assert WORDS.encode() not in bytes(made.words)
    assert "words" not in audited(entries("question.asked")[0]).audit
