"""Finding a patient: who may look, by what, and that she is told."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from consent import services as consent
from ledger import selectors as ledger
from ledger.scope import tenant_scope
from portal.accounts.errors import ScopeMissing
from portal.records import services
from portal.records.errors import IncompleteQuestion, RoleNeeded, TooManyFound
from tests.cast import BORN, MRN, PATIENT, Cast, record_of, store


def by_name(cast: Cast, **changes: str) -> list[services.Patient]:
    asked = {"family": "Lindgren", "given": "Amara", "birth_date": BORN, **changes}
    return services.find_patient(caller=cast.outsider, tenant=cast.hospital.id, **asked)


def test_a_doctor_elsewhere_finds_a_patient_by_name_and_birth_date(cast: Cast) -> None:
    (found,) = by_name(cast)
    assert (found.name, found.patient, found.mrn, str(found.birth_date)) == (
        "Amara Lindgren",
        PATIENT,
        MRN,
        BORN,
    )
    assert found.person == cast.person


def test_being_found_is_in_her_history(cast: Cast) -> None:
    (found,) = by_name(cast)
    assert found.promise is not None
    with tenant_scope(cast.hospital.id):
        (entry,) = ledger.subject_entries(subject=cast.person, types=services.ACCESS_TYPES)
    assert entry.id == found.promise.promise.id
    assert (entry.type, entry.audit["interaction"]) == ("access.permitted", "find")


@pytest.mark.parametrize("changes", [{"family": " LINDGREN "}, {"given": "amará"}, {"given": "AMARA"}])
def test_case_accents_and_spaces_do_not_matter(cast: Cast, changes: dict[str, str]) -> None:
    assert len(by_name(cast, **changes)) == 1


@pytest.mark.parametrize(
    "changes",
    [{"family": "Lindgre"}, {"given": "Ama"}, {"birth_date": "1979-03-05"}, {"given": "Amara Beth"}],
)
def test_who_does_not_fit_exactly_is_not_found_and_nobody_is_told(
    cast: Cast, changes: dict[str, str]
) -> None:
    assert by_name(cast, **changes) == []
    with tenant_scope(cast.hospital.id):
        assert ledger.subject_entries(subject=cast.person, types=services.ACCESS_TYPES) == []


@pytest.mark.parametrize(
    "changes",
    [{"family": ""}, {"given": " "}, {"birth_date": ""}, {"birth_date": "4 March 1979"}, {"family": "́"}],
)
def test_too_little_is_refused(cast: Cast, changes: dict[str, str]) -> None:
    with pytest.raises(IncompleteQuestion):
        by_name(cast, **changes)


def test_a_record_number_finds_patients_of_ones_own_organisation_only(cast: Cast) -> None:
    (found,) = services.find_patient(caller=cast.doctor, tenant=cast.hospital.id, mrn=MRN)
    assert found.person == cast.person
    assert services.find_patient(caller=cast.doctor, tenant=cast.hospital.id, mrn="nothing") == []
    with pytest.raises(IncompleteQuestion):
        services.find_patient(caller=cast.outsider, tenant=cast.hospital.id, mrn=MRN)


@pytest.mark.parametrize(
    "who", ["amara", "guardian", "administrator", "privacy_officer", "auditor", "regulator"]
)
def test_only_clinicians_look_for_patients(cast: Cast, who: str) -> None:
    with pytest.raises(RoleNeeded):
        services.find_patient(caller=getattr(cast, who), tenant=cast.hospital.id, mrn=MRN)


def test_a_token_needs_the_scope(cast: Cast) -> None:
    from dataclasses import replace

    with pytest.raises(ScopeMissing):
        services.find_patient(
            caller=replace(cast.doctor, scopes=frozenset()), tenant=cast.hospital.id, mrn=MRN
        )


def test_a_question_that_fits_many_is_not_answered(cast: Cast) -> None:
    for number in range(6):
        store(cast.hospital, record_of(f"twin{number}", "Amara", "Lindgren", mrn=f"T{number}")[0])
    with pytest.raises(TooManyFound):
        by_name(cast)
    with tenant_scope(cast.hospital.id):
        assert ledger.subject_entries(subject=cast.person, types=services.ACCESS_TYPES) == []


def test_only_people_one_has_to_do_with_are_named_in_lists(cast: Cast) -> None:
    def named(caller: services.Patient | object) -> set[object]:
        people = [cast.person, cast.other]
        found = services.name_patients(caller=caller, tenant=cast.hospital.id, people=people)  # type: ignore[arg-type]
        return set(found)

    assert named(cast.outsider) == set()
    assert named(cast.amara) == {cast.person}
    cast.grant(cast.family_doctor, "lab-results")
    assert named(cast.family_doctor) == {cast.person}
    assert named(cast.outsider) == set()


def test_a_request_names_somebody_while_it_waits_and_no_longer(cast: Cast) -> None:
    def named() -> list[set[object]]:
        listed = services.name_patients(caller=cast.outsider, tenant=cast.hospital.id, people=[cast.person])
        found = services.related(caller=cast.outsider)
        assert len(found.requests) == 1
        return [set(listed), {person for _, person in found.patients}]

    with tenant_scope(cast.hospital.id):
        asked = consent.request_access(
            person=cast.person,
            requester=cast.outsider.user,
            organisation=cast.practice.id,
            categories=["lab-results"],
            purposes=["TREAT"],
            ends=(over := datetime.now(UTC) + timedelta(seconds=6)),
        )
    assert named() == [{cast.person}, {cast.person}]
    time.sleep((over - datetime.now(UTC)).total_seconds() + 0.1)
    assert named() == [set(), set()]
    with tenant_scope(cast.hospital.id):
        consent.decline_request(request=asked.id, actor=cast.amara.user, person=cast.person)
    assert named() == [set(), set()]
