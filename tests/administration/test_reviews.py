"""Judging emergency access: by a privacy officer, never by who acted."""

from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from consent import selectors
from consent import services as consent
from ledger.scope import tenant_scope
from portal.accounts import services
from portal.accounts.identity import Caller
from portal.records.services import chart
from tests.cast import MRN, Cast, account_of
from tests.staff import few_queries, sign_in, text

pytestmark = pytest.mark.django_db
FINDING = {"outcome": "justified", "note": "The patient was unconscious on arrival."}


def broken_glass(cast: Cast, by: Caller, *, over: bool = True) -> UUID:
    """An emergency access in which medicines were opened."""
    assert by.organisation is not None
    with tenant_scope(cast.hospital.id):
        session = consent.open_emergency(
            person=cast.person,
            actor=by.user,
            organisation=by.organisation,
            role="clinician",
            strong=True,
            reason_code="unconscious",
            reason="Brought in unconscious after a fall.",
        )
    chart(caller=by, tenant=cast.hospital.id, person=cast.person, category="medicines")
    if over:
        with tenant_scope(cast.hospital.id):
            consent.end_emergency(session=session.id, actor=by.user)
    return session.id


def listed(cast: Cast) -> str:
    return reverse("administration:reviews", args=[cast.hospital.slug])


def address(cast: Cast, session: UUID) -> str:
    return reverse("administration:review", args=[cast.hospital.slug, session])


@pytest.fixture
def officer(cast: Cast) -> Client:
    return sign_in(cast.privacy_officer)


def test_what_waits_is_listed_without_the_patients_name(cast: Cast, officer: Client) -> None:
    broken_glass(cast, cast.family_doctor)
    officer.get(listed(cast))
    with few_queries():
        said = text(officer.get(listed(cast)))
    assert "Dr Helen Brandt" in said
    assert MRN in said
    assert "Lindgren" not in said


def test_the_reviewer_reads_the_reason_and_what_was_opened(cast: Cast, officer: Client) -> None:
    session = broken_glass(cast, cast.family_doctor)
    officer.get(address(cast, session))
    with few_queries():
        said = text(officer.get(address(cast, session)))
    assert "Brought in unconscious after a fall." in said
    assert "Medicines" in said.partition("What was opened")[2]


def test_a_finding_closes_the_review(cast: Cast, officer: Client) -> None:
    session = broken_glass(cast, cast.family_doctor)
    answer = officer.post(address(cast, session), FINDING, follow=True)
    assert "The review is closed" in text(answer)
    assert "Nothing to review" in text(answer)
    with tenant_scope(cast.hospital.id):
        found = selectors.emergency_session(session)
    assert (found.outcome, found.reviewer) == ("justified", cast.privacy_officer.user)


def test_pressed_twice_it_is_closed_once(cast: Cast, officer: Client) -> None:
    session = broken_glass(cast, cast.family_doctor)
    officer.post(address(cast, session), FINDING)
    again = officer.post(address(cast, session), {**FINDING, "outcome": "not-justified"}, follow=True)
    assert "reviewed already" in text(again)
    with tenant_scope(cast.hospital.id):
        assert selectors.emergency_session(session).outcome == "justified"


def test_nobody_judges_their_own_access(cast: Cast) -> None:
    services.add_member(tenant=cast.hospital.id, user=account_of(cast.doctor), role="privacy_officer")
    session = broken_glass(cast, cast.doctor)
    client = sign_in(cast.doctor)
    page = client.get(address(cast, session))
    assert "This was your own access" in text(page)
    assert "Close the review" not in text(page)
    assert "Nobody reviews their own" in text(client.post(address(cast, session), FINDING))
    with tenant_scope(cast.hospital.id):
        assert selectors.emergency_session(session).reviewed_at is None


def test_what_still_runs_is_judged_when_it_is_over(cast: Cast, officer: Client) -> None:
    session = broken_glass(cast, cast.family_doctor, over=False)
    assert "This access still runs" in text(officer.get(address(cast, session)))
    assert "still runs" in text(officer.post(address(cast, session), FINDING))


@pytest.mark.parametrize("fault", [{"note": "Fine."}, {"note": ""}, {"outcome": "perhaps"}, {"outcome": ""}])
def test_a_finding_says_what_and_why(cast: Cast, officer: Client, fault: dict[str, str]) -> None:
    session = broken_glass(cast, cast.family_doctor)
    assert "There is a problem" in text(officer.post(address(cast, session), {**FINDING, **fault}))
    with tenant_scope(cast.hospital.id):
        assert selectors.emergency_session(session).reviewed_at is None


def test_an_emergency_of_another_organisation_is_not_there(cast: Cast) -> None:
    session = broken_glass(cast, cast.family_doctor)
    elsewhere = services.create_account(email="officer@practice.example", password="x" * 12, name="Petra")
    services.add_member(tenant=cast.practice.id, user=elsewhere, role="privacy_officer")
    client = Client()
    client.force_login(elsewhere)
    page = reverse("administration:review", args=[cast.practice.slug, session])
    assert client.get(page).status_code == 404
    assert client.post(page, FINDING).status_code == 404
