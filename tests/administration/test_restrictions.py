"""Limits by law, from the privacy officer's desk to the patient's page and back."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from consent.standing_restrictions import restrictions_of
from ledger.scope import party_scope
from portal.accounts.models import Role
from portal.accounts.services import add_member
from portal.records.errors import Denied
from portal.records.services import own_record
from tests.cast import MRN, Cast, account_of, make_caller
from tests.staff import sign_in, text

pytestmark = pytest.mark.django_db
WHY = "Dr Olsen expects her to harm herself."


@pytest.fixture
def officer(cast: Cast) -> Client:
    return sign_in(cast.privacy_officer)


@pytest.fixture
def amara(cast: Cast) -> Client:
    return sign_in(cast.amara)


def listed(cast: Cast) -> str:
    return reverse("administration:restrictions", args=[cast.hospital.slug])


def place(client: Client, cast: Cast, **changes: Any) -> Any:
    given = {"mrn": MRN, "ground": "endangers-life", "categories": ["lab-results"], "reason": WHY}
    return client.post(listed(cast), given | changes)


def standing(cast: Cast) -> list[UUID]:
    with party_scope(cast.person):
        return [row.id for row in restrictions_of(cast.person)]


def sees(cast: Cast) -> bool:
    try:
        own_record(caller=cast.amara, tenant=cast.hospital.id, category="lab-results")
    except Denied:
        return False
    return True


def test_what_is_placed_holds_at_once_and_the_patient_reads_why(
    cast: Cast, officer: Client, amara: Client
) -> None:
    assert sees(cast)
    assert place(officer, cast)["Location"] == listed(cast)
    assert not sees(cast)
    said = text(amara.get(reverse("patients:limits")))
    assert WHY in said
    assert "45 CFR 164.524(a)(3)(i)" in said
    assert MRN in text(officer.get(listed(cast)))


def test_the_patient_asks_once_and_another_officer_lifts_it(
    cast: Cast, officer: Client, amara: Client
) -> None:
    place(officer, cast)
    (key,) = standing(cast)
    ask = reverse("patients:limit_ask", args=[cast.hospital.slug, key])
    assert [amara.post(ask).status_code for _ in range(2)] == [302, 302]
    page = reverse("administration:restriction", args=[cast.hospital.slug, key])
    assert "Somebody else has to review this" in text(officer.get(page))
    assert officer.get(page).context["form"] is None
    second = make_caller(f"second@{cast.hospital.slug}.example", "Noor Haddad")
    add_member(
        tenant=cast.hospital.id,
        user=account_of(second),
        role=Role.PRIVACY_OFFICER,
        actor=cast.administrator.user,
    )
    reviewer = sign_in(second)
    short = reviewer.post(page, {"outcome": "lift", "note": "No."})
    assert short.status_code == 422
    assert not sees(cast)
    given = {"outcome": "lift", "note": "She has long read the letter itself."}
    assert reviewer.post(page, given)["Location"] == listed(cast)
    assert sees(cast)
    assert standing(cast) == []


def test_what_one_organisation_keeps_does_not_close_what_another_shows(
    cast: Cast, officer: Client, amara: Client
) -> None:
    place(officer, cast)
    part = reverse("patients:record_category", args=["lab-results"])
    page = amara.get(part)
    assert "St Mary Hospital may not show you this part." in text(page)
    assert page.context["measured"]
    second = text(amara.get(reverse("patients:record_category", args=["medicines"])))
    assert "may not show you" not in second


def test_lifting_twice_changes_nothing_more(cast: Cast, officer: Client) -> None:
    place(officer, cast)
    (key,) = standing(cast)
    lift = reverse("administration:restriction_lift", args=[cast.hospital.slug, key])
    for _ in range(2):
        assert officer.post(lift)["Location"] == listed(cast)
    assert sees(cast)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mrn": "nobody"}, "mrn"),
        ({"ground": "because"}, "ground"),
        ({"categories": []}, None),
        ({"records": "Observation"}, None),
        ({"until": (date.today() - timedelta(days=3)).isoformat()}, "until"),
        ({"reason": "So."}, "reason"),
    ],
)
def test_a_fault_is_said_and_what_was_typed_stays(
    cast: Cast, officer: Client, changes: dict[str, Any], field: str | None
) -> None:
    answer = place(officer, cast, **changes)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field or "__all__"]
    assert answer.context["form"]["reason"].value() == changes.get("reason", WHY)
    assert standing(cast) == []


def test_only_a_patient_of_it_asks(cast: Cast, officer: Client) -> None:
    place(officer, cast)
    (key,) = standing(cast)
    stranger = sign_in(make_caller("stranger@riverside.example", "Sol Stranger"))
    answer = stranger.post(reverse("patients:limit_ask", args=[cast.hospital.slug, key]))
    assert answer.status_code in (302, 404)
    with party_scope(cast.person):
        (row,) = restrictions_of(cast.person)
    assert row.review_asked_at is None


def test_each_ground_can_be_chosen_with_an_end_and_single_entries(cast: Cast, officer: Client) -> None:
    until = (date.today() + timedelta(days=30)).isoformat()
    for number, ground in enumerate(("accuracy-contested", "paid-in-full", "psychotherapy-notes"), 1):
        place(officer, cast, ground=ground, records="Observation/7\nObservation/8", until=until)
        assert len(standing(cast)) == number
    assert "Observation/7" in text(officer.get(listed(cast)))
