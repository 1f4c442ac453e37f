"""What clinicians ask for, and the three answers."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consent import selectors as consent
from consent import services
from ledger.scope import party_scope, tenant_scope
from tests.cast import Cast
from tests.patients.conftest import entries_of
from tests.patients.test_granting import CHECK, answer, contracts, sign


@pytest.fixture
def asked(cast: Cast) -> Any:
    with tenant_scope(cast.hospital.id):
        return services.request_access(
            person=cast.person,
            requester=cast.family_doctor.user,
            organisation=cast.practice.id,
            categories=["lab-results", "conditions"],
            purposes=["TREAT"],
            ends=timezone.now() + timedelta(days=100),
            message="May I see your blood tests?",
        )


def open_requests(cast: Cast) -> int:
    with party_scope(cast.person):
        return len(consent.requests_of_person(cast.person))


def test_a_request_stands_on_home_and_sharing_and_shows_its_words(
    cast: Cast, amara: Client, asked: Any
) -> None:
    for name in ("home", "sharing"):
        shown = amara.get(reverse(f"patients:{name}")).content.decode()
        assert "Dr Helen Brandt asks to see your record" in shown.replace("\xa0", " ")
    page = amara.get(reverse("patients:request", args=[asked.id]))
    assert page.context["message"] == "May I see your blood tests?"


def test_approving_leads_to_the_check_filled_in(cast: Cast, amara: Client, asked: Any) -> None:
    assert amara.post(reverse("patients:request_approve", args=[asked.id]))["Location"] == CHECK
    page = amara.get(CHECK).context
    assert {part.slug for part in page["seen"]} == {"lab-results", "conditions"}
    assert page["asked_more"] == []
    sign(amara)
    (contract,) = contracts(cast)
    assert contract.request_id == asked.id
    assert open_requests(cast) == 0


def test_narrowing_says_what_was_left_out(cast: Cast, amara: Client, asked: Any) -> None:
    amara.post(reverse("patients:request_approve", args=[asked.id]))
    assert answer(amara, "what", what=["lab-results"])["Location"] == CHECK
    assert amara.get(CHECK).context["asked_more"] == ["conditions"]
    sign(amara)
    assert contracts(cast)[0].terms["categories"] == ["lab-results"]


def test_declining_shares_nothing_and_counts_once(cast: Cast, amara: Client, asked: Any) -> None:
    for _ in range(2):
        done = amara.post(reverse("patients:request_decline", args=[asked.id]))
        assert done["Location"] == reverse("patients:sharing")
    assert contracts(cast) == []
    assert open_requests(cast) == 0
    assert entries_of(cast, cast.hospital, "request.declined") == 1


def test_an_answered_request_cannot_be_approved(cast: Cast, amara: Client, asked: Any) -> None:
    amara.post(reverse("patients:request_decline", args=[asked.id]))
    assert amara.post(reverse("patients:request_approve", args=[asked.id])).status_code == 409
    assert "answered this request" in amara.get(reverse("patients:request", args=[asked.id])).content.decode()


def test_anothers_request_is_not_there(asked: Any, ben: Client) -> None:
    assert ben.get(reverse("patients:request", args=[asked.id])).status_code == 404
    assert ben.post(reverse("patients:request_approve", args=[asked.id])).status_code == 404
    assert ben.post(reverse("patients:request_decline", args=[asked.id])).status_code == 404


def test_answers_are_given_by_post_only(amara: Client, asked: Any) -> None:
    assert amara.get(reverse("patients:request_approve", args=[asked.id])).status_code == 405
    assert amara.get(reverse("patients:request_decline", args=[asked.id])).status_code == 405
