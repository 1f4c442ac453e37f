"""45 CFR 164.526: a patient asks for a correction; it is accepted, or denied in writing on a ground of the law."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ledger.scope import tenant_scope
from portal.cases import selectors, services
from portal.cases.errors import CaseClosed, NothingToCorrect, UnknownCase
from portal.cases.models import Case, State
from tests.cases.conftest import Entries
from tests.cast import PATIENT, Cast

RECORD = {"record_type": "MedicationRequest", "record_id": f"{PATIENT}-metformin"}
NOTE = "The letter of your family doctor says the same."


def request(cast: Cast, **about: str) -> Case:
    with tenant_scope(cast.hospital.id):
        return services.request_correction(
            person=cast.person,
            actor=cast.amara.user,
            words="I take 850 mg, not 500 mg.",
            **{**RECORD, **about},
        )


def act(cast: Cast, operation: Any, case: Case, **given: Any) -> Case:
    with tenant_scope(cast.hospital.id):
        done: Case = operation(case=case.id, **given)
    return done


def deny(cast: Cast, case: Case) -> Case:
    officer = cast.privacy_officer.user
    return act(cast, services.deny_correction, case, reviewer=officer, ground="accurate", note=NOTE)


def test_a_request_names_the_record_and_is_due_in_sixty_days(cast: Cast, entries: Entries) -> None:
    made = request(cast)
    assert made.due - made.asked_at == timedelta(days=60)
    (entry,) = entries("correction.requested")
    (named,) = entry.audit["resources"]
    assert (named["type"], named["id"]) == tuple(RECORD.values())


def test_while_one_waits_a_second_is_the_same(cast: Cast, entries: Entries) -> None:
    first = request(cast)
    assert request(cast).id == first.id
    assert len(entries("correction.requested")) == 1
    deny(cast, first)
    assert request(cast).id != first.id


@pytest.mark.parametrize(
    "about",
    [
        {"record_id": "nothing"},
        {"record_type": "Condition"},
        {"record_type": "Observation", "record_id": "ben-ldl-1"},
    ],
)
def test_there_is_nothing_to_correct_in_what_is_not_ones_own(cast: Cast, about: dict[str, str]) -> None:
    with pytest.raises(NothingToCorrect):
        request(cast, **about)


def test_it_is_accepted_with_a_note(cast: Cast, entries: Entries) -> None:
    made = request(cast)
    act(cast, services.accept_correction, made, reviewer=cast.privacy_officer.user, note=NOTE)
    (row,) = selectors.cases_of_person(cast.person)
    assert (row.state, selectors.written([row])[row.id].answer) == (State.ACCEPTED, NOTE)
    assert entries("correction.accepted")[0].audit["outcome"] == "accepted"
    with pytest.raises(CaseClosed):
        deny(cast, made)


def test_it_is_denied_on_a_ground_of_the_law_only(cast: Cast, entries: Entries) -> None:
    made = request(cast)
    with pytest.raises(UnknownCase):
        act(cast, services.deny_correction, made, reviewer=cast.privacy_officer.user, ground="no", note=NOTE)
    deny(cast, made)
    assert entries("correction.denied")[0].audit["code"] == "accurate"


def test_a_denial_carries_the_statement_of_disagreement_once(cast: Cast, entries: Entries) -> None:
    made = request(cast)
    said = {"person": cast.person, "actor": cast.amara.user, "words": "I was never given 500 mg."}
    with pytest.raises(CaseClosed):
        act(cast, services.disagree, made, **said)
    deny(cast, made)
    with pytest.raises(UnknownCase):
        act(cast, services.disagree, made, **{**said, "person": cast.other})
    act(cast, services.disagree, made, **said)
    with pytest.raises(CaseClosed):
        act(cast, services.disagree, made, **said)
    assert len(entries("correction.disagreed")) == 1
    with tenant_scope(cast.hospital.id):
        (row,) = selectors.corrections_of(cast.person)
    assert selectors.written([row])[row.id].disagreement == "I was never given 500 mg."


def test_it_is_put_off_once_by_thirty_days(cast: Cast) -> None:
    made = request(cast)
    given = {"reviewer": cast.privacy_officer.user, "note": "We wait for the archive."}
    assert act(cast, services.extend_correction, made, **given).due - made.due == timedelta(days=30)
    with pytest.raises(CaseClosed):
        act(cast, services.extend_correction, made, **given)


def test_an_answer_is_unread_until_its_patient_opens_it(cast: Cast) -> None:
    made = deny(cast, request(cast))
    with tenant_scope(cast.hospital.id):
        services.mark_seen(case=made.id, person=cast.other)
        assert selectors.case(made.id).seen_at is None
        services.mark_seen(case=made.id, person=cast.person)
        assert selectors.case(made.id).seen_at is not None


def test_the_database_keeps_the_walk_in_order(cast: Cast) -> None:
    made = request(cast)

    def breaks(**values: object) -> None:
        with tenant_scope(cast.hospital.id), pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(id=made.id).update(**values)

    breaks(state=State.DENIED)
    breaks(state=State.ANSWERED, answered_at=made.asked_at, answer=b"x")
    breaks(disagreement=b"x")


def test_no_scope_no_rows(cast: Cast) -> None:
    request(cast)
    assert Case.objects.count() == 0


def test_what_another_row_says_does_not_open(cast: Cast) -> None:
    from ledger.errors import SealError

    first = request(cast)
    other = request(cast, record_type="Observation", record_id=f"{PATIENT}-ldl-1")
    other.words = first.words
    with pytest.raises(SealError):
        selectors.written([other])
