"""What holds for every page of a patient."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tests.patients.conftest import SignIn, newest_entry

PAGES = ["home", "looks", "record", "sharing", "history", "history_lines", "people", "grant"]
PARTS = ["lab-results", "vital-signs", "conditions", "medicines", "demographics", "messages"]


def addresses() -> list[str]:
    return [reverse(f"patients:{page}") for page in PAGES] + [
        reverse("patients:record_category", args=[part]) for part in PARTS
    ]


@pytest.mark.parametrize("address", addresses())
def test_a_page_opens_and_is_kept_by_nobody(amara: Client, address: str) -> None:
    answer = amara.get(address, follow=True)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", addresses())
def test_a_visitor_is_sent_to_the_log_in(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("role", "face"),
    [
        ("doctor", "/clinic/"),
        ("auditor", "/audit/"),
        ("administrator", "/administration/"),
        ("privacy_officer", "/administration/"),
    ],
)
def test_who_only_works_here_is_sent_to_their_desk(cast: Cast, sign_in: SignIn, role: str, face: str) -> None:
    answer = sign_in(getattr(cast, role)).get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(face)


@pytest.mark.parametrize("name", ["home", "record", "sharing", "history", "grant"])
def test_who_is_no_patient_is_shown_whose_record_they_could_open(
    cast: Cast, sign_in: SignIn, name: str
) -> None:
    answer = sign_in(cast.guardian).get(reverse(f"patients:{name}"))
    assert answer.status_code == 302
    assert answer["Location"] == reverse("patients:people")


def test_the_live_lines_of_no_patient_are_none(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.guardian).get(reverse("patients:looks"))
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_part_that_no_record_has_is_not_there(amara: Client) -> None:
    assert amara.get("/record/secrets/").status_code == 404
    assert amara.get("/record/laboratory/").status_code == 404
    assert amara.get("/record/lab-results/0123456789abcdef/").status_code == 404


def test_what_belongs_to_another_patient_is_not_there(cast: Cast, amara: Client, ben: Client) -> None:
    contract = cast.grant(cast.doctor, "lab-results")
    amara.get(reverse("patients:record"))
    entry = newest_entry(cast, cast.hospital)
    hidden = [
        reverse("patients:contract", args=[contract.id]),
        reverse("patients:contract_stop", args=[contract.id]),
        reverse("patients:entry", args=[cast.hospital.slug, entry]),
        reverse("patients:receipt", args=[cast.hospital.slug, entry]),
        reverse("patients:entry", args=[cast.practice.slug, entry]),
        reverse("patients:their_record", args=[cast.person]),
    ]
    assert [ben.get(address).status_code for address in hidden] == [404] * len(hidden)
    assert ben.post(hidden[1]).status_code == 404


def test_a_change_needs_a_token_against_forgery(cast: Cast, amara: Client) -> None:
    contract = cast.grant(cast.doctor, "lab-results")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = amara.cookies
    assert strict.post(reverse("patients:contract_stop", args=[contract.id])).status_code == 403
