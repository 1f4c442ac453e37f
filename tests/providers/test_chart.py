"""Opening a record: one part at a time, as far as contracts allow."""

import pytest
from django.urls import reverse

from ledger.scope import tenant_scope
from ledger.selectors import Entry, subject_entries
from portal.accounts.models import Organisation
from tests.cast import BORN, MRN, OTHER, PATIENT, Cast, lab, store
from tests.staff import few_queries, sign_in, text

pytestmark = pytest.mark.django_db


def address(cast: Cast, place: Organisation, *part: str) -> str:
    page = "providers:section" if part else "providers:chart"
    return reverse(page, args=[place.slug, cast.hospital.slug, cast.person, *part])


def newest(cast: Cast, count: int = 1) -> list[Entry]:
    with tenant_scope(cast.hospital.id):
        return subject_entries(subject=cast.person, limit=count)


def accesses(cast: Cast) -> int:
    types = ["access.permitted", "access.denied", "access.emergency"]
    with tenant_scope(cast.hospital.id):
        return len(subject_entries(subject=cast.person, types=types, limit=500))


def test_without_a_contract_nothing_is_shown_and_the_attempt_stands(cast: Cast) -> None:
    answer = sign_in(cast.family_doctor).get(address(cast, cast.practice))
    assert answer.status_code == 403
    assert "You have no access to this record" in text(answer)
    assert "HbA1c" not in text(answer)
    assert [entry.type for entry in newest(cast)] == ["access.denied"]


def test_a_contract_leads_to_the_first_part_that_it_opens(cast: Cast) -> None:
    cast.grant(cast.family_doctor, "vital-signs", "medicines")
    answer = sign_in(cast.family_doctor).get(address(cast, cast.practice))
    assert answer["Location"] == address(cast, cast.practice, "medicines")


def test_an_access_names_the_part_that_was_opened_and_no_other(cast: Cast) -> None:
    cast.grant(cast.family_doctor, "medicines", "lab-results")
    client = sign_in(cast.family_doctor)
    before = accesses(cast)
    answer = client.get(address(cast, cast.practice, "medicines"))
    assert "Metformin 500 mg" in text(answer)
    assert accesses(cast) == before + 1
    (entry,) = newest(cast)
    assert entry.type == "access.permitted"
    assert entry.audit["categories"] == ["medicines"]
    assert {named["type"] for named in entry.audit["resources"]} == {"MedicationRequest"}


def test_a_part_that_the_contract_leaves_out_stays_closed(cast: Cast) -> None:
    cast.grant(cast.family_doctor, "medicines")
    answer = sign_in(cast.family_doctor).get(address(cast, cast.practice, "lab-results"))
    assert answer.status_code == 403
    assert "This part is closed to you" in text(answer)
    assert newest(cast)[0].audit["categories"] == ["lab-results"]


def test_what_is_withheld_is_said_from_the_contract_not_from_the_record(cast: Cast) -> None:
    """Ben has no insurance and no documents; Amara neither: both are listed as closed for both."""
    cast.grant(cast.family_doctor, "medicines")
    said = text(sign_in(cast.family_doctor).get(address(cast, cast.practice, "medicines")))
    closed = said.partition("Not in your access")[2]
    for words in ("Lab results", "Insurance", "Documents", "Conditions"):
        assert words in closed
    assert "Medicines" not in closed


def test_it_ends_with_the_contract(cast: Cast) -> None:
    contract = cast.grant(cast.family_doctor, "medicines")
    client = sign_in(cast.family_doctor)
    assert client.get(address(cast, cast.practice, "medicines")).status_code == 200
    cast.revoke(contract)
    assert client.get(address(cast, cast.practice, "medicines")).status_code == 403


def test_measurements_come_as_a_table_with_trends_and_as_charts(cast: Cast) -> None:
    store(cast.hospital, lab(PATIENT, "ldl-0", "22748-8", 3.1, "2025-11-16"))
    cast.grant(cast.doctor, "lab-results")
    page = sign_in(cast.doctor).get(address(cast, cast.hospital, "lab-results")).content.decode()
    assert page.count('class="chart chart--wide"') == 2
    assert page.count('class="spark"') == 2
    assert "All values" in page


def test_the_page_shows_what_the_patient_sees_of_it(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results")
    said = text(sign_in(cast.doctor).get(address(cast, cast.hospital, "lab-results")))
    assert "Dr Jonas Okafor" in said.partition("What the patient sees")[2]
    assert "By the patient’s contract, for treatment, until" in said


def test_a_person_who_is_no_patient_there_is_not_found(cast: Cast) -> None:
    client = sign_in(cast.family_doctor)
    elsewhere = reverse("providers:chart", args=[cast.practice.slug, cast.practice.slug, cast.other])
    assert client.get(elsewhere).status_code == 404
    nowhere = reverse("providers:chart", args=[cast.practice.slug, "nowhere", cast.person])
    assert client.get(nowhere).status_code == 404


def test_a_part_that_no_record_has_is_refused_in_words(cast: Cast) -> None:
    cast.grant(cast.doctor, "lab-results")
    answer = sign_in(cast.doctor).get(address(cast, cast.hospital, "secrets"))
    assert answer.status_code == 422
    assert "unknown-category" in text(answer)


def test_whoever_is_not_known_to_the_clinician_is_not_named(cast: Cast) -> None:
    page = reverse("providers:chart", args=[cast.hospital.slug, cast.hospital.slug, cast.other])
    said = text(sign_in(cast.doctor).get(page))
    assert OTHER.title() not in said
    assert "Okri" not in said


def test_without_the_demographics_a_chart_is_headed_by_the_record_number(cast: Cast) -> None:
    cast.grant(cast.family_doctor, "medicines")
    client = sign_in(cast.family_doctor)
    said = text(client.get(address(cast, cast.practice, "medicines")))
    assert f"Patient {MRN} Name not shared with you Record St Mary Hospital" in said
    assert "Lindgren" not in said
    assert "Born" not in said
    cast.grant(cast.family_doctor, "demographics")
    said = text(client.get(address(cast, cast.practice, "medicines")))
    assert "Amara Lindgren Born 4 Mar 1979" in said
    assert {one["type"] for one in newest(cast)[0].audit["resources"]} == {"MedicationRequest", "Patient"}


def test_whoever_was_found_by_name_is_named_on_their_chart(cast: Cast) -> None:
    cast.grant(cast.family_doctor, "medicines")
    client = sign_in(cast.family_doctor)
    asked = {"custodian": cast.hospital.slug, "family": "Lindgren", "given": "Amara", "birth_date": BORN}
    client.post(reverse("providers:find", args=[cast.practice.slug]), asked)
    assert "Amara Lindgren Born" in text(client.get(address(cast, cast.practice, "medicines")))


def test_a_chart_asks_the_database_little(cast: Cast) -> None:
    cast.grant(cast.family_doctor, "lab-results", "medicines")
    client = sign_in(cast.family_doctor)
    for part in ("lab-results", "medicines"):
        client.get(address(cast, cast.practice, part))
        with few_queries():
            client.get(address(cast, cast.practice, part))
    with few_queries():
        client.get(address(cast, cast.practice))
