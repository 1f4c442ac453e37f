"""People one looks after: their record, to read, as far as they share it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tests.patients.conftest import SignIn, entries_of


@pytest.fixture
def contract(cast: Cast) -> Any:
    return cast.grant(cast.guardian, "medicines", "lab-results", kind="person", purposes=("PATRQT",))


@pytest.fixture
def mats(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.guardian)


def test_home_leads_to_the_people_one_looks_after(cast: Cast, contract: Any, mats: Client) -> None:
    page = mats.get("/", follow=True)
    assert [each.name for each in page.context["people"]] == ["Amara Lindgren"]


def test_a_chosen_record_opens_what_is_shared_and_says_whose_it_is(
    cast: Cast, contract: Any, mats: Client
) -> None:
    chosen = mats.post(reverse("patients:people"), {"person": str(cast.person)})
    page = mats.get(chosen["Location"])
    assert page.context["person"] == {"name": "Amara Lindgren", "own": False}
    assert {part.slug for part in page.context["parts"]} == {"medicines", "lab-results"}
    assert "This is the record of" in page.content.decode()
    assert entries_of(cast, cast.hospital, "access.permitted") == 1


def test_a_part_and_a_test_open_likewise(cast: Cast, contract: Any, mats: Client) -> None:
    page = mats.get(reverse("patients:their_category", args=[cast.person, "lab-results"]))
    assert len(page.context["measured"]) == 2
    (address,) = [row.url for row in page.context["measured"] if len(row.history) == 2]
    test = mats.get(address)
    assert [item.value for item in test.context["values"]] == ["52", "55"]
    assert "<svg" in test.content.decode()


def test_what_is_not_shared_is_refused_and_stands_in_the_ledger(
    cast: Cast, contract: Any, mats: Client
) -> None:
    answer = mats.get(reverse("patients:their_category", args=[cast.person, "conditions"]))
    assert answer.status_code == 403
    assert entries_of(cast, cast.hospital, "access.denied") == 1


def test_a_stopped_sharing_closes_the_record(cast: Cast, contract: Any, mats: Client) -> None:
    cast.revoke(contract)
    assert mats.get(reverse("patients:their_record", args=[cast.person])).status_code == 404
    assert mats.post(reverse("patients:people"), {"person": str(cast.person)}).status_code == 404


def test_nobody_else_can_be_chosen(cast: Cast, contract: Any, mats: Client) -> None:
    for person in (str(cast.other), "", "not-an-id"):
        assert mats.post(reverse("patients:people"), {"person": person}).status_code == 404


def test_the_patient_sees_who_looked_after_them(
    cast: Cast, contract: Any, mats: Client, amara: Client
) -> None:
    mats.get(reverse("patients:their_record", args=[cast.person]))
    (link,) = amara.get(reverse("patients:home")).context["links"]
    assert (link.who, link.role) == ("Mats Berg", "For you")


def test_what_is_owed_for_reading_it_stands_on_every_page(cast: Cast, mats: Client) -> None:
    cast.grant(
        cast.guardian, "lab-results", kind="person", purposes=("PATRQT",), redisclosure=True, report_back=True
    )
    whole = reverse("patients:their_record", args=[cast.person])
    for address in (whole, reverse("patients:their_category", args=[cast.person, "lab-results"])):
        said = mats.get(address).content.decode()
        assert "42 CFR part 2 prohibits" in said
        assert "asks you to report back" in said


def test_without_such_duties_nothing_is_said_of_them(cast: Cast, contract: Any, mats: Client) -> None:
    assert "42 CFR" not in mats.get(reverse("patients:their_record", args=[cast.person])).content.decode()
