"""Looking for a patient."""

import pytest
from django.test import Client
from django.urls import reverse

from ledger.scope import tenant_scope
from ledger.selectors import subject_entries
from portal.accounts.models import Organisation
from tests.cast import BORN, MRN, Cast
from tests.staff import few_queries, sign_in, text

pytestmark = pytest.mark.django_db


def look(client: Client, place: Organisation, custodian: Organisation, **asked: str) -> str:
    """Ask, follow, and read what the page says."""
    form = {"custodian": custodian.slug, **asked}
    return text(client.post(reverse("providers:find", args=[place.slug]), form, follow=True))


def test_by_whole_name_and_birth_date_at_another_organisation(cast: Cast) -> None:
    client = sign_in(cast.family_doctor)
    named = {"family": "Lindgren", "given": "Amara", "birth_date": BORN}
    said = look(client, cast.practice, cast.hospital, **named)
    assert "1 patient found" in said
    assert "Amara Lindgren" in said
    assert MRN in said


def test_by_record_number_at_ones_own(cast: Cast) -> None:
    assert "Amara Lindgren" in look(sign_in(cast.doctor), cast.hospital, cast.hospital, mrn=MRN)


def test_a_record_number_of_another_organisation_finds_nobody(cast: Cast) -> None:
    said = look(sign_in(cast.family_doctor), cast.practice, cast.hospital, mrn=MRN)
    assert "There is a problem" in said
    assert "Amara" not in said


def test_nothing_about_the_patient_stands_in_an_address(cast: Cast) -> None:
    client = sign_in(cast.family_doctor)
    form = {"custodian": cast.hospital.slug, "family": "Lindgren", "given": "Amara", "birth_date": BORN}
    answer = client.post(reverse("providers:find", args=[cast.practice.slug]), form)
    assert answer["Location"] == reverse("providers:results", args=[cast.practice.slug])


def test_the_session_keeps_what_was_found_sealed(cast: Cast) -> None:
    client = sign_in(cast.doctor)
    look(client, cast.hospital, cast.hospital, mrn=MRN)
    kept = str(dict(client.session))
    assert "found" in kept
    assert "Lindgren" not in kept
    assert MRN not in kept


def test_the_patient_sees_that_somebody_looked(cast: Cast) -> None:
    look(sign_in(cast.doctor), cast.hospital, cast.hospital, mrn=MRN)
    with tenant_scope(cast.hospital.id):
        newest = subject_entries(subject=cast.person, types=["access.permitted"], limit=1)[0]
    assert newest.audit["interaction"] == "find"


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"family": "Lindgren"},
        {"family": "Lindgren", "given": "Amara"},
        {"family": "Lindgren", "given": "Amara", "birth_date": "4 March"},
    ],
)
def test_half_a_question_is_not_asked(cast: Cast, asked: dict[str, str]) -> None:
    said = look(sign_in(cast.doctor), cast.hospital, cast.hospital, **asked)
    assert "There is a problem" in said


def test_who_is_not_there_is_not_found(cast: Cast) -> None:
    said = look(sign_in(cast.doctor), cast.hospital, cast.hospital, mrn="SM-404")
    assert "No patient found" in said


def test_a_search_asks_the_database_little(cast: Cast) -> None:
    client = sign_in(cast.doctor)
    form = {"custodian": cast.hospital.slug, "mrn": MRN}
    find = reverse("providers:find", args=[cast.hospital.slug])
    client.post(find, form)  # keys and pseudonyms are drawn once
    cast.grant(cast.doctor, "lab-results")
    with few_queries():
        client.get(find)
    with few_queries():
        client.post(find, form)
    with few_queries():
        client.get(reverse("providers:results", args=[cast.hospital.slug]))
