"""Breaking the glass."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from consent import selectors
from ledger.scope import tenant_scope
from portal.accounts.models import Organisation
from tests.accounts.second_factor import code, give_app
from tests.cast import PASSWORD, Cast, account_of
from tests.staff import few_queries, sign_in, text

pytestmark = pytest.mark.django_db
REASON = {"reason_code": "unconscious", "reason": "Brought in unconscious after a fall."}


def address(cast: Cast, place: Organisation, page: str = "emergency", *more: str) -> str:
    return reverse(f"providers:{page}", args=[place.slug, cast.hospital.slug, cast.person, *more])


def running(cast: Cast) -> int:
    with tenant_scope(cast.hospital.id):
        return len(selectors.open_emergencies(actor=cast.family_doctor.user))


def test_it_opens_the_record_with_a_countdown_and_a_way_to_end_it(cast: Cast) -> None:
    client = sign_in(cast.family_doctor)
    answer = client.post(address(cast, cast.practice), REASON, follow=True)
    said = text(answer)
    assert "You are overriding this patient’s choices. They were told at" in said
    assert "Ends by itself in" in said
    assert "“Brought in unconscious after a fall.”" in said
    assert "End now" in said
    assert running(cast) == 1


def test_every_part_that_is_opened_then_is_entered_as_an_emergency(cast: Cast) -> None:
    client = sign_in(cast.family_doctor)
    client.post(address(cast, cast.practice), REASON)
    answer = client.get(address(cast, cast.practice, "section", "medicines"))
    assert "Metformin" in text(answer)
    from ledger.selectors import subject_entries

    with tenant_scope(cast.hospital.id):
        newest = subject_entries(subject=cast.person, limit=1)[0]
    assert newest.type == "access.emergency"
    assert newest.audit["categories"] == ["medicines"]


def test_pressed_twice_the_glass_breaks_once(cast: Cast) -> None:
    client = sign_in(cast.family_doctor)
    for _ in range(2):
        assert client.post(address(cast, cast.practice), REASON).status_code == 302
    assert running(cast) == 1


def test_ending_it_closes_the_record_at_once(cast: Cast) -> None:
    client = sign_in(cast.family_doctor)
    client.post(address(cast, cast.practice), REASON)
    for _ in range(2):
        assert client.post(address(cast, cast.practice, "emergency_end")).status_code == 302
    assert running(cast) == 0
    assert client.get(address(cast, cast.practice, "section", "medicines")).status_code == 403


@pytest.mark.parametrize(
    "fault", [{"reason": "urgent"}, {"reason": " " * 30}, {"reason": ""}, {"reason_code": "curious"}]
)
def test_it_needs_a_reason_that_can_be_judged(cast: Cast, fault: dict[str, str]) -> None:
    answer = sign_in(cast.family_doctor).post(address(cast, cast.practice), {**REASON, **fault})
    assert "There is a problem" in text(answer)
    assert running(cast) == 0


def test_it_needs_a_proof_of_identity_of_the_last_quarter_of_an_hour(cast: Cast) -> None:
    client = Client()
    client.force_login(account_of(cast.family_doctor))
    page = address(cast, cast.practice)
    first = client.get(page)
    assert first["Location"].startswith(reverse("account_reauthenticate"))
    late = client.post(page, REASON)
    assert "15 minutes" in text(late)
    assert REASON["reason"] in text(late)
    assert running(cast) == 0


def test_whoever_has_a_second_factor_breaks_the_glass_with_it_and_not_with_the_password(cast: Cast) -> None:
    client = sign_in(cast.family_doctor)
    give_app(cast.family_doctor)
    again, page = reverse("account_reauthenticate"), address(cast, cast.practice)
    client.post(again, {"password": PASSWORD})
    assert client.get(page)["Location"].startswith(again)
    client.post(page, REASON)
    assert running(cast) == 0
    by_code = client.get(client.get(page)["Location"])["Location"]
    assert client.post(by_code, {"code": code()})["Location"] == page
    client.post(page, REASON)
    assert running(cast) == 1


def test_whoever_is_no_patient_there_has_no_glass_to_break(cast: Cast) -> None:
    page = reverse("providers:emergency", args=[cast.practice.slug, cast.hospital.slug, uuid4()])
    assert sign_in(cast.family_doctor).post(page, REASON).status_code == 404


def test_it_stands_on_the_worklist_while_it_runs(cast: Cast) -> None:
    client = sign_in(cast.family_doctor)
    client.post(address(cast, cast.practice), REASON)
    client.get(address(cast, cast.practice, "section", "medicines"))
    with few_queries():
        client.get(address(cast, cast.practice, "section", "medicines"))
    with few_queries():
        said = text(client.get(reverse("providers:worklist", args=[cast.practice.slug])))
    assert "Emergency access in force" in said
