"""Asking a patient for access."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from consent import selectors
from consent.services import decline_request
from ledger.scope import tenant_scope
from tests.cast import Cast
from tests.staff import few_queries, sign_in, text

pytestmark = pytest.mark.django_db


def address(cast: Cast) -> str:
    return reverse("providers:ask", args=[cast.practice.slug, cast.hospital.slug, cast.person])


def form(**changes: object) -> dict[str, object]:
    day = datetime.now(UTC).date() + timedelta(days=30)
    asked = {"categories": ["lab-results", "conditions"], "purpose": "TREAT", "until": day.isoformat()}
    return {**asked, "message": "For your check-up.", **changes}


def asked_of(cast: Cast) -> list[object]:
    with tenant_scope(cast.hospital.id):
        return list(selectors.requests_of_person(cast.person))


def test_a_request_waits_for_the_patient(cast: Cast) -> None:
    client = sign_in(cast.family_doctor)
    answer = client.post(address(cast), form(until="2027-03-01"), follow=True)
    assert "The patient is asked" in text(answer)
    assert "Waiting" in text(answer)
    with tenant_scope(cast.hospital.id):
        (request,) = selectors.requests_of_person(cast.person)
        assert selectors.message_of(request) == "For your check-up."
    assert request.requester == cast.family_doctor.user
    assert request.organisation == cast.practice.id
    assert sorted(request.categories) == ["conditions", "lab-results"]
    assert request.ends == datetime(2027, 3, 2, tzinfo=UTC)


def test_pressed_twice_it_is_asked_once(cast: Cast) -> None:
    client = sign_in(cast.family_doctor)
    for _ in range(2):
        assert client.post(address(cast), form()).status_code == 302
    assert len(asked_of(cast)) == 1


def test_something_else_is_another_request(cast: Cast) -> None:
    client = sign_in(cast.family_doctor)
    client.post(address(cast), form())
    client.post(address(cast), form(categories=["visits"]))
    assert len(asked_of(cast)) == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"categories": []},
        {"categories": ["secrets"]},
        {"purpose": "BTG"},
        {"until": (date(2020, 1, 1)).isoformat()},
        {"until": ""},
        {"message": "x" * 1001},
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_is_stored(cast: Cast, fault: dict[str, object]) -> None:
    answer = sign_in(cast.family_doctor).post(address(cast), form(**fault))
    assert "There is a problem" in text(answer)
    assert asked_of(cast) == []


def test_whoever_is_no_patient_there_cannot_be_asked(cast: Cast) -> None:
    page = reverse("providers:ask", args=[cast.practice.slug, cast.hospital.slug, uuid4()])
    assert sign_in(cast.family_doctor).post(page, form()).status_code == 404


def test_whoever_declined_is_not_named_to_whom_they_have_nothing_to_do_with(cast: Cast) -> None:
    client = sign_in(cast.family_doctor)
    client.post(address(cast), form())
    with tenant_scope(cast.hospital.id):
        (request,) = selectors.requests_of_person(cast.person)
        decline_request(request=request.id, actor=cast.amara.user, person=cast.person)
    worklist = text(client.get(reverse("providers:worklist", args=[cast.practice.slug])))
    assert "A patient : conditions and lab results, until" in worklist
    assert "Declined" in worklist
    chart = reverse("providers:chart", args=[cast.practice.slug, cast.hospital.slug, cast.person])
    for page in (worklist, text(client.get(address(cast))), text(client.get(chart))):
        assert "Lindgren" not in page
        assert "A patient" in page


def test_the_worklist_shows_what_became_of_it(cast: Cast) -> None:
    client = sign_in(cast.family_doctor)
    client.post(address(cast), form())
    assert len(asked_of(cast)) == 1
    cast.grant(cast.family_doctor, "medicines")
    worklist = reverse("providers:worklist", args=[cast.practice.slug])
    with few_queries():
        said = text(client.get(worklist))
    assert "Amara Lindgren medicines St Mary Hospital" in said
    assert "Amara Lindgren : conditions and lab results, until" in said
